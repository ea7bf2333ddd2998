import { Counter } from "../../hostcalls";

/** What is counted of tunnels; names are the proxy's, so every VM counts into the same. */
export class TunnelMetrics {
  /** Tunnels for which a server was asked. */
  readonly opened: Counter;
  /** Tunnels that never came to be, or broke. */
  readonly failed: Counter;
  /** Answers of the proxy's own. */
  readonly localReplies: Counter;
  /** Messages that went on other than they came. */
  readonly replaced: Counter;
  /** Times that a server took bytes more slowly than its client sent them. */
  readonly stops: Counter;

  /** @param what begins the names of what is counted of the tunnels alone */
  constructor(prefix: string, what: string = "") {
    this.opened = Counter.define(prefix + what + "opened");
    this.failed = Counter.define(prefix + what + "failed");
    this.localReplies = Counter.define(prefix + "local_replies");
    this.replaced = Counter.define(prefix + what + "replaced");
    this.stops = Counter.define(prefix + what + "stops");
  }
}
