import { LogLevel } from "../abi";
import { Codec, declareProtocol, Peer, Protocol } from "../codec";
import { NetworkContext, registerRootContext, RootContext } from "../contexts";
import { log } from "../hostcalls";
import { Problems } from "../json";
import { watchMemory } from "../memory";
import { MultiplexedEgress, PlainEgress } from "./egress";
import { wakeDue } from "./flow";
import { detachedEnded, IngressConnection } from "./ingress";
import { Metrics } from "./metrics";
import { Mode, Role, Settings, settingsOf } from "./settings";
import { ReportingRoot } from "./tap";

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

class BridgeRoot extends ReportingRoot {
  private settings: Settings | null = null;
  private metrics: Metrics | null = null;

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const settings = settingsOf(this.configuration(size), protocolFactory!, problems);
    if (settings == null) {
      log(LogLevel.Error, codecName + ": " + problems.toString());
      return false;
    }
    this.settings = settings;
    this.metrics = new Metrics(
      codecName,
      settings.role == Role.Ingress ? "ingress" : "egress",
      settings.scope,
      settings.reporter,
    );
    this.metrics!.calls.tap = settings.tap;
    return true;
  }

  protected wake(): void {
    wakeDue();
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
    if (settings.role == Role.Ingress) return new IngressConnection(id, codec, settings, metrics);
    if (settings.mode == Mode.Plain) return new PlainEgress(id, codec, settings, metrics);
    return new MultiplexedEgress(id, codec, settings, metrics);
  }
}
