export { Codec, Traits } from "./codec";
export { declareCodec, declaredTraits, traitBits } from "./declared";
export { Cause, Failure } from "./failure";
export { Frame, Kind, Peer, Scan } from "./frame";
export { Metadata, Outcome } from "./metadata";
export { Mutation } from "./mutation";
export { SessionCodec, SessionProtocol, Step } from "./session";
