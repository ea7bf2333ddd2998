export { closeDue } from "./late-close";
export { MultiplexedEgress } from "./multiplexed";
export { PlainEgress } from "./plain";
