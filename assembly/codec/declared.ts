import { Traits } from "./codec";
import { Peer } from "./frame";
import { Protocol } from "./protocol";

let factory: (() => Protocol) | null = null;

/** For the bridge: this module is a protocol's codec. */
export function declareProtocol(make: () => Protocol): void {
  factory = make;
}

/** What the module says of its codec to whoever configures it, by `meltemi_codec_traits`; -1 where it has none. */
export function declaredTraits(): i32 {
  const make = factory;
  return make == null ? -1 : traitBits(make().connect(Peer.Client).traits());
}

/** One bit each: ids 1, ordered 2, heartbeat 4, pipelined 8, pins 16. */
export function traitBits(traits: Traits): i32 {
  const answers = (traits.ids ? 1 : 0) | (traits.ordered ? 2 : 0) | (traits.heartbeat ? 4 : 0);
  return answers | (traits.pipelined ? 8 : 0) | (traits.pins ? 16 : 0);
}
