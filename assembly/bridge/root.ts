import { LogLevel } from "../abi";
import { Codec, declareProtocol, Peer, Protocol } from "../codec";
import { NetworkContext, registerRootContext, RootContext } from "../contexts";
import { log } from "../hostcalls";
import { Problems } from "../json";
import { watchMemory } from "../memory";
import { Calls } from "./calls";
import { MultiplexedEgress, PlainEgress } from "./egress";
import { detachedEnded, IngressConnection } from "./ingress";
import { onLater } from "./later";
import { Metrics } from "./metrics";
import { Mode, Role, Settings, settingsOf } from "./settings";

/** Makes a codec of the protocol; there is one for each connection. */
export type CodecFactory = () => Codec;

/**
 * Says that this module is the codec of a protocol: one module for every role, its configuration says which.
 * @param name as it stands in metrics, and in configurations that ask for the codec
 */
export function registerCodec(name: string, factory: CodecFactory): void {
  codecFactory = factory;
  registerProtocol(name, (): Protocol => new PlainProtocol());
}

/** As `registerCodec`, for a protocol that has settings of its own. */
export function registerProtocol(name: string, factory: () => Protocol): void {
  codecName = name;
  protocolFactory = factory;
  declareProtocol(factory);
  registerRootContext((id: i32): RootContext => new BridgeRoot(id));
}

let codecName: string = "";
let protocolFactory: (() => Protocol) | null = null;
let codecFactory: CodecFactory | null = null;

/** A protocol without settings. */
class PlainProtocol extends Protocol {
  connect(peer: Peer): Codec {
    return codecFactory!();
  }
}

class BridgeRoot extends RootContext {
  private settings: Settings | null = null;
  private metrics: Metrics | null = null;
  private calls: Calls | null = null;

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const settings = settingsOf(this.configuration(size), protocolFactory!, problems);
    if (settings == null) {
      log(LogLevel.Error, codecName + ": " + problems.toString());
      return false;
    }
    this.settings = settings;
    this.metrics = new Metrics(codecName, settings.role == Role.Ingress ? "ingress" : "egress");
    if (settings.role == Role.Ingress) this.calls = callsOf(settings.scope);
    return true;
  }

  onTick(): void {
    onLater();
  }

  onHttpCallResponse(token: u32, headers: i32, bodySize: i32, trailers: i32): void {
    detachedEnded(token);
  }

  createNetworkContext(id: i32): NetworkContext | null {
    const metrics = this.metrics;
    const settings = this.settings;
    if (metrics == null || settings == null) return null;
    watchMemory(metrics.memoryBytes);
    const codec = settings.protocol.connect(settings.peer);
    const calls = this.calls;
    if (calls != null) return new IngressConnection(id, codec, settings, metrics, calls);
    if (settings.mode == Mode.Plain) return new PlainEgress(id, codec, settings, metrics);
    return new MultiplexedEgress(id, codec, settings, metrics);
  }
}

/** By scope: an update makes a new root in the same VM, which counts on with what there is. */
const counted = new Map<string, Calls>();

function callsOf(scope: string): Calls {
  if (!counted.has(scope)) counted.set(scope, new Calls(scope, codecName));
  return counted.get(scope);
}
