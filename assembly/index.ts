// Everything that a module's author imports: `import { … } from "meltemi/assembly"`. The bridge stays out: a codec takes
// `registerCodec` from "meltemi/assembly/bridge", so that a plain HTTP filter does not carry HTTP/2 along.
export {
  BufferType,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterStatus,
  FilterTrailersStatus,
  HeaderMapType,
  LogLevel,
  meltemiAbort,
  PeerType,
  Status,
  StreamType,
} from "./abi";
export { AccessList, AccessRule, AnyOf } from "./access";
export { Bytes, lower, Reader, Slice, Writer } from "./bytes";
export * from "./codec";
export { Context, HttpContext, NetworkContext, registerRootContext, RootContext } from "./contexts";
export * from "./hostcalls";
export * from "./json";
export { watchMemory } from "./memory";
export { LateCounter, NamedCounters } from "./metrics";
export { Random } from "./random";
export { RouteSettings } from "./routes";
