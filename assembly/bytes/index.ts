export { arenaTake, releaseArena } from "./arena";
export { lower, Slice } from "./slice";
export { Reader } from "./reader";
export { Writer } from "./writer";
