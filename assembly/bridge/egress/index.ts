export { MultiplexedEgress } from "./multiplexed";
export { PlainEgress } from "./plain";
