export { arenaTake, releaseArena } from "./arena";
export { Bytes } from "./bytes";
export { copyBytes } from "./copy";
export { Reader } from "./reader";
export { sameBytes } from "./same";
export { lower, Slice } from "./slice";
export { Writer } from "./writer";
