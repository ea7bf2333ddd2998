export { bombs, type Case, cutPoints, mutations, truncations } from "./cases.js";
export { type CheckOptions, checkCodec } from "./check.js";
export { data, type Http2Frame, headers, parse, reset, Type, windowUpdate } from "./http2.js";
export type { Checked, CheckName, Failure, Report } from "./report.js";
export {
  type PeerName,
  readFrames,
  readSessions,
  type SampleFrame,
  type SessionSample,
  type Turn,
} from "./samples.js";
export { shrink } from "./shrink.js";
export type { Speed } from "./speed.js";
export { checkWatched, type WatchedOptions } from "./watched.js";
