export { grpcCaller } from "./grpc-caller.js";
export { httpCaller } from "./http-caller.js";
export { PLUGIN_FIELDS, pluginOptions } from "./plugin-config.js";
export { type WasmSurroundings, wasmServices } from "./services.js";
