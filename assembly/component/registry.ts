import { Bytes } from "../bytes";
import { Codec, Peer, Protocol, SessionCodec, SessionProtocol } from "../codec";
import { Fields, Problems } from "../json";

let codecFactory: (() => Codec) | null = null;
let protocolFactory: (() => Protocol) | null = null;
let sessionFactory: (() => SessionProtocol) | null = null;
let protocol: Protocol | null = null;
let sessions: SessionProtocol | null = null;

/** As the bridge's: a codec's own entry calls it, and is the same for proxy-wasm and for a component. */
export function registerCodec(name: string, factory: () => Codec): void {
  codecFactory = factory;
}

/** As the bridge's; settings are as they are by default until `configure`. */
export function registerProtocol(name: string, factory: () => Protocol): void {
  protocolFactory = factory;
  protocol = factory();
}

/** As the bridge's. */
export function registerSession(name: string, factory: () => SessionProtocol): void {
  sessionFactory = factory;
  sessions = factory();
}

/** A codec for one connection. Not of a protocol of sessions. */
export function codecFor(sender: Peer): Codec {
  const factory = codecFactory;
  return factory != null ? factory() : protocol!.connect(sender);
}

/** A codec for one connection of a protocol of sessions; null for other protocols. */
export function newSession(): SessionCodec | null {
  const found = sessions;
  return found == null ? null : found.connect();
}

/** Reads the protocol's own settings; what is wrong, empty where nothing is. As a proxy does, first into a draft. */
export function configureProtocol(settings: Bytes): string {
  const problems = new Problems();
  configureAs(settings, true, problems);
  if (problems.none) configureAs(settings, false, problems);
  return problems.toString();
}

function configureAs(settings: Bytes, draft: bool, problems: Problems): void {
  const fields = Fields.parse(settings.view(), problems);
  if (sessionFactory != null) (draft ? sessionFactory!() : sessions!).configure(fields);
  else if (protocolFactory != null) (draft ? protocolFactory!() : protocol!).configure(fields);
  fields.done();
}
