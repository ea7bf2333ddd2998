import { Counter, Gauge } from "../../hostcalls";
import { Calls } from "../calls";
import { TunnelMetrics } from "../tunnel";

/** What every session codec counts; names are the proxy's, so every VM counts into the same. */
export class SessionMetrics extends TunnelMetrics {
  readonly connectionsActive: Gauge;
  /** Linear memory of all VMs together; a VM that trapped stays in the sum. */
  readonly memoryBytes: Gauge;
  /** Of those that were opened, the ones that nobody looks into. */
  readonly opaque: Counter;
  /** Of these, the ones that went where another session is. */
  readonly followed: Counter;
  /** Connections that asked for the server of a session that is not known. */
  readonly strays: Counter;
  /** Connections closed for bytes that are no message. */
  readonly badFrames: Counter;
  readonly drains: Counter;

  /** What the requests within sessions of the service came to, and the opening of sessions that never came to be. */
  readonly calls: Calls;

  constructor(codec: string, scope: string, reporter: string) {
    const prefix = "meltemi." + codec + ".session.";
    super(prefix);
    this.calls = Calls.of(scope, codec, reporter);
    this.connectionsActive = Gauge.define(prefix + "connections_active");
    this.memoryBytes = Gauge.define(prefix + "memory_bytes");
    this.opaque = Counter.define(prefix + "opaque");
    this.followed = Counter.define(prefix + "followed");
    this.strays = Counter.define(prefix + "strays");
    this.badFrames = Counter.define(prefix + "bad_frames");
    this.drains = Counter.define(prefix + "drains");
  }
}
