import type { Gauge, Scope } from "../../stats/index.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import { KINDS, type Kind, type Outcome, type OutlierSettings } from "./settings.js";

interface Monitor {
  readonly inRow: Record<Kind, number>;
  /** How often it was ejected of late; each time it stays out longer. */
  times: number;
  outUntil: number;
}

/** Ejects endpoints that fail several times in a row, and lets them in again. */
export class OutlierDetector {
  private readonly monitors = new Map<LiveEndpoint, Monitor>();
  private readonly stats: Scope;
  private readonly active: Gauge;
  private readonly timer: NodeJS.Timeout;
  private members: ReadonlySet<LiveEndpoint> = new Set();

  constructor(
    private readonly settings: OutlierSettings,
    stats: Scope,
    /** Some endpoint is out, or in again. */
    private readonly onChange: () => void,
  ) {
    this.stats = stats.scope("outlier_detection");
    this.active = this.stats.gauge("ejections_active");
    this.timer = setInterval(() => this.readmit(), settings.intervalMs).unref();
  }

  /** The cluster's endpoints now. */
  update(members: readonly LiveEndpoint[]): void {
    this.members = new Set(members);
    for (const endpoint of this.monitors.keys()) if (!this.members.has(endpoint)) this.monitors.delete(endpoint);
    this.count();
  }

  report(endpoint: LiveEndpoint, outcome: Outcome): void {
    if (!this.members.has(endpoint)) return;
    const monitor = this.monitor(endpoint);
    if (this.settings.splitLocal && (outcome === "connect-failure" || outcome === "timeout")) {
      this.failed(endpoint, monitor, "consecutive_local_origin_failure");
      return;
    }
    monitor.inRow.consecutive_local_origin_failure = 0;
    const status = statusOf(outcome);
    if (status >= 500) this.failed(endpoint, monitor, "consecutive_5xx");
    else monitor.inRow.consecutive_5xx = 0;
    if (status >= 502 && status <= 504) this.failed(endpoint, monitor, "consecutive_gateway_failure");
    else monitor.inRow.consecutive_gateway_failure = 0;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private monitor(endpoint: LiveEndpoint): Monitor {
    let monitor = this.monitors.get(endpoint);
    if (monitor === undefined) {
      monitor = { inRow: newRow(), times: 0, outUntil: 0 };
      this.monitors.set(endpoint, monitor);
    }
    return monitor;
  }

  private failed(endpoint: LiveEndpoint, monitor: Monitor, kind: Kind): void {
    const { limit, enforcing } = this.settings.rules[kind];
    monitor.inRow[kind] += 1;
    if (monitor.inRow[kind] !== limit || endpoint.ejected) return;
    monitor.inRow[kind] = 0;
    this.stats.counter(`ejections_detected_${kind}`).inc();
    if (Math.random() * 100 >= enforcing) return;
    const out = this.out();
    const allowed = ((out + 1) * 100) / this.members.size <= this.settings.maxPercent;
    if (!allowed && !(this.settings.alwaysOne && out === 0)) {
      this.stats.counter("ejections_overflow").inc();
      return;
    }
    this.stats.counter(`ejections_enforced_${kind}`).inc();
    this.stats.counter("ejections_enforced_total").inc();
    monitor.times += 1;
    monitor.outUntil = performance.now() + Math.min(this.settings.baseMs * monitor.times, this.settings.maxMs);
    endpoint.ejected = true;
    this.changed();
  }

  /** Endpoints whose time is over come back; those that have behaved are out for less the next time. */
  private readmit(): void {
    const now = performance.now();
    let back = false;
    for (const [endpoint, monitor] of this.monitors) {
      if (!endpoint.ejected) {
        monitor.times = Math.max(0, monitor.times - 1);
      } else if (now >= monitor.outUntil) {
        endpoint.ejected = false;
        Object.assign(monitor.inRow, newRow());
        back = true;
      }
    }
    if (back) this.changed();
  }

  private changed(): void {
    this.count();
    this.onChange();
  }

  private count(): void {
    this.active.set(this.out());
  }

  private out(): number {
    return [...this.members].filter(({ ejected }) => ejected).length;
  }
}

function newRow(): Record<Kind, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
}

/** As Envoy counts what never became a response: of the gateway's making, or the server's. */
function statusOf(outcome: Outcome): number {
  if (typeof outcome === "number") return outcome;
  return { "connect-failure": 503, timeout: 504, reset: 500 }[outcome];
}
