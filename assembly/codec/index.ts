export { Answers } from "./answers";
export { Codec, Traits } from "./codec";
export { declareProtocol, declaredTraits, traitBits } from "./declared";
export { Cause, Failure } from "./failure";
export { Frame, Kind, Peer, Scan } from "./frame";
export { Metadata, Outcome } from "./metadata";
export { Mutation } from "./mutation";
export { Protocol } from "./protocol";
export { SessionCodec, SessionProtocol, Step } from "./session";
