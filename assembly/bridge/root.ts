import { LogLevel } from "../abi";
import { Codec, declareCodec } from "../codec";
import { NetworkContext, registerRootContext, RootContext } from "../contexts";
import { log } from "../hostcalls";
import { Problems } from "../json";
import { watchMemory } from "../memory";
import { MultiplexedEgress, PlainEgress } from "./egress";
import { detachedEnded, IngressConnection } from "./ingress";
import { closeDue } from "./late-close";
import { Metrics } from "./metrics";
import { Mode, Role, Settings, settingsOf } from "./settings";

/** Makes a codec of the protocol; there is one for each connection. */
export type CodecFactory = () => Codec;

/**
 * Says that this module is the codec of a protocol: one module for every role, its configuration says which.
 * @param name as it stands in metrics, and in configurations that ask for the codec
 */
export function registerCodec(name: string, factory: CodecFactory): void {
  codecName = name;
  codecFactory = factory;
  declareCodec(factory);
  registerRootContext((id: i32): RootContext => new BridgeRoot(id));
}

let codecName: string = "";
let codecFactory: CodecFactory | null = null;

function newCodec(): Codec {
  return codecFactory!();
}

class BridgeRoot extends RootContext {
  private settings: Settings = new Settings();
  private metrics: Metrics | null = null;

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const settings = Settings.parse(this.configuration(size), newCodec().traits(), problems);
    if (!problems.none) {
      log(LogLevel.Error, codecName + ": " + problems.toString());
      return false;
    }
    this.settings = settingsOf(settings);
    this.metrics = new Metrics(codecName, settings.role == Role.Ingress ? "ingress" : "egress");
    return true;
  }

  onTick(): void {
    closeDue();
  }

  onHttpCallResponse(token: u32, headers: i32, bodySize: i32, trailers: i32): void {
    detachedEnded(token);
  }

  createNetworkContext(id: i32): NetworkContext | null {
    const metrics = this.metrics;
    if (metrics == null) return null;
    watchMemory(metrics.memoryBytes);
    const codec = newCodec();
    if (this.settings.role == Role.Ingress) return new IngressConnection(id, codec, this.settings, metrics);
    if (this.settings.mode == Mode.Plain) return new PlainEgress(id, codec, this.settings, metrics);
    return new MultiplexedEgress(id, codec, this.settings, metrics);
  }
}
