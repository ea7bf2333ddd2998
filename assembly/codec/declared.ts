import { Codec, Traits } from "./codec";

let factory: (() => Codec) | null = null;

/** For the bridge: this module is a codec, and makes these. */
export function declareCodec(make: () => Codec): void {
  factory = make;
}

/** What the module says of its codec to whoever configures it, by `meltemi_codec_traits`; -1 where it has none. */
export function declaredTraits(): i32 {
  const make = factory;
  return make == null ? -1 : traitBits(make().traits());
}

/** One bit each: ids 1, ordered 2, heartbeat 4, session 8. */
export function traitBits(traits: Traits): i32 {
  return (traits.ids ? 1 : 0) | (traits.ordered ? 2 : 0) | (traits.heartbeat ? 4 : 0) | (traits.session ? 8 : 0);
}
