export { type Connection, type End, type Happening, readConnections, type Summary } from "./connections.js";
export { isCapture } from "./packets.js";
export type { Gap } from "./stream.js";
