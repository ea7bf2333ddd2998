export * from "./types";
export * from "./imports";
export { allocateForHost, RESULT, RESULT_EXTRA, RESULT_SIZE, resultBytes, resultBytesOrNull } from "./results";
export { meltemiAbort } from "./abort";
