export { arenaTake, releaseArena } from "./arena";
export { Bytes } from "./bytes";
export { Reader } from "./reader";
export { lower, Slice } from "./slice";
export { Writer } from "./writer";
