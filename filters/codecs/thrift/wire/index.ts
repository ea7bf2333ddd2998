export { Dialect, MessageType, Transport } from "./names";
export { readVarint, writeVarint, zigzag } from "./varint";
