export { MemoryDuplex } from "./memory-duplex.js";
export { ByteQueue } from "./queue.js";
export { xxHash64 } from "./xxhash64.js";
