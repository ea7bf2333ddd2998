import { LogLevel } from "../../abi";
import { SessionProtocol } from "../../codec";
import { NetworkContext, registerRootContext, RootContext } from "../../contexts";
import { log } from "../../hostcalls";
import { Problems } from "../../json";
import { watchMemory } from "../../memory";
import { ReportingRoot } from "../tap";
import { SessionConnection } from "./connection";
import { SessionMetrics } from "./metrics";
import { SessionSettings } from "./settings";

/**
 * Says that this module is the codec of a session protocol.
 * @param name as it stands in metrics, and in configurations that ask for the codec
 */
export function registerSession(name: string, factory: () => SessionProtocol): void {
  codecName = name;
  protocolFactory = factory;
  registerRootContext((id: i32): RootContext => new SessionRoot(id));
}

let codecName: string = "";
let protocolFactory: (() => SessionProtocol) | null = null;

// An update of the configuration makes a new root in the same VM; connections of the old one read the same objects.
const known = new Map<string, SessionSettings>();

class SessionRoot extends ReportingRoot {
  private settings: SessionSettings | null = null;
  private metrics: SessionMetrics | null = null;

  onConfigure(size: i32): bool {
    const configuration = this.configuration(size);
    const problems = new Problems();
    const draft = new SessionSettings(protocolFactory!());
    draft.read(configuration, problems);
    if (!problems.none) {
      log(LogLevel.Error, codecName + ": " + problems.toString());
      return false;
    }
    if (known.has(draft.scope)) {
      const settings = known.get(draft.scope);
      settings.read(configuration, problems);
      this.settings = settings;
    } else {
      known.set(draft.scope, draft);
      this.settings = draft;
    }
    const settings = known.get(draft.scope);
    const metrics = new SessionMetrics(codecName, settings.scope, settings.reporter);
    metrics.calls.names = settings.protocol;
    this.metrics = metrics;
    return true;
  }

  createNetworkContext(id: i32): NetworkContext | null {
    const settings = this.settings;
    const metrics = this.metrics;
    if (settings == null || metrics == null) return null;
    watchMemory(metrics.memoryBytes);
    return new SessionConnection(id, settings.protocol.connect(), settings, metrics);
  }
}
