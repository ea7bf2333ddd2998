export { MemoryDuplex } from "./memory-duplex.js";
export { pieces } from "./pieces.js";
export { ByteQueue } from "./queue.js";
export { SocketLike } from "./socket-like.js";
export { xxHash64 } from "./xxhash64.js";
