import { Codec, Peer, Protocol } from "../codec";

let protocolFactory: (() => Protocol) | null = null;
let codecFactory: (() => Codec) | null = null;

/** As the bridge's: a codec's own entry calls it, and is the same for proxy-wasm and for a component. */
export function registerCodec(name: string, factory: () => Codec): void {
  codecFactory = factory;
}

/** As the bridge's; settings are as they are by default. */
export function registerProtocol(name: string, factory: () => Protocol): void {
  protocolFactory = factory;
}

/** A codec for one connection. */
export function codecFor(sender: Peer): Codec {
  const factory = codecFactory;
  return factory != null ? factory() : protocolFactory!().connect(sender);
}
