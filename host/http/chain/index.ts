export { grpcStatusOf, type LocalReply, writeLocalReply } from "./local-reply.js";
export { Pipeline } from "./pipeline.js";
export type { HttpFilter, PipelineOwner, Sink, Stage } from "./types.js";
