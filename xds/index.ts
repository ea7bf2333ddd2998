export * from "./client/index.js";
export { type Node, NodeSchema } from "./gen/envoy/config/core/v3/base_pb.js";
export { typeRegistry } from "./gen/registry.js";
export * from "./server/index.js";
export { TypeUrl, typeUrlOf } from "./type-urls.js";
