export { ByteQueue } from "./queue.js";
