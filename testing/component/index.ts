export { buildComponent, type ComponentSource } from "./build.js";
export type { Compiler } from "./compiler.js";
export { type Conversation, converse, type Refused } from "./conversation.js";
export { type Decoded, decodeAll } from "./decode-all.js";
export { type CapturedFrame, decodeCapture, type Missing } from "./decode-capture.js";
export * from "./load.js";
