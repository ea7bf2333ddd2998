import { Counter, Gauge } from "../../hostcalls";

/** What every session codec counts; names are the proxy's, so every VM counts into the same. */
export class SessionMetrics {
  readonly connectionsActive: Gauge;
  /** Sessions for which a server was asked. */
  readonly opened: Counter;
  /** Of these, the ones that nobody looks into. */
  readonly opaque: Counter;
  /** Of these, the ones that went where another session is. */
  readonly followed: Counter;
  /** Connections that asked for the server of a session that is not known. */
  readonly strays: Counter;
  /** Sessions that never came to be, or broke. */
  readonly failed: Counter;
  /** Answers of the proxy's own: greetings, denials, errors. */
  readonly localReplies: Counter;
  /** Messages that went on other than they came. */
  readonly replaced: Counter;
  /** Connections closed for bytes that are no message. */
  readonly badFrames: Counter;
  /** Times that a server took bytes more slowly than its client sent them. */
  readonly stops: Counter;
  readonly drains: Counter;

  constructor(codec: string) {
    const prefix = "meltemi." + codec + ".session.";
    this.connectionsActive = Gauge.define(prefix + "connections_active");
    this.opened = Counter.define(prefix + "opened");
    this.opaque = Counter.define(prefix + "opaque");
    this.followed = Counter.define(prefix + "followed");
    this.strays = Counter.define(prefix + "strays");
    this.failed = Counter.define(prefix + "failed");
    this.localReplies = Counter.define(prefix + "local_replies");
    this.replaced = Counter.define(prefix + "replaced");
    this.badFrames = Counter.define(prefix + "bad_frames");
    this.stops = Counter.define(prefix + "stops");
    this.drains = Counter.define(prefix + "drains");
  }
}
