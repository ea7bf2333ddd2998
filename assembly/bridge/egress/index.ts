export { MultiplexedEgress } from "./multiplexed";
