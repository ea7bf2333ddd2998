import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds,
} from "../../xds/gen/envoy/config/cluster/v3/circuit_breaker_pb.js";
import { RoutingPriority } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { Gauge, Scope } from "../stats/index.js";

/** A count with a limit, whose reaching it shows as the gauge `…_open`. */
export class Limit {
  private active = 0;
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly maximum: number,
    private readonly open: Gauge,
  ) {
    open.set(0);
  }

  /** Counts one more; false where the limit is reached. */
  take(): boolean {
    if (this.full) return false;
    this.active += 1;
    if (this.active >= this.maximum) this.open.set(1);
    return true;
  }

  /** Counts one more, whatever the limit is. */
  exceed(): void {
    this.active += 1;
    this.open.set(1);
  }

  release(): void {
    this.active -= 1;
    if (this.active < this.maximum) this.open.set(0);
    const [next] = this.waiting;
    if (next === undefined || this.full) return;
    this.waiting.delete(next);
    next();
  }

  get full(): boolean {
    return this.active >= this.maximum;
  }

  /** Calls, in its turn, whoever waits for one to be released. The result gives up waiting. */
  whenFree(call: () => void): () => void {
    this.waiting.add(call);
    return () => this.waiting.delete(call);
  }
}

/** The circuit breaker of the default priority, with Envoy's defaults. */
export interface Limits {
  readonly connections: Limit;
  readonly pendingRequests: Limit;
  readonly requests: Limit;
  /** How many requests may be in further tries, when so many are under way. */
  maxRetries(requests: number): number;
}

/** Reads the default priority's thresholds. */
export function readLimits(circuitBreakers: CircuitBreakers | undefined, stats: Scope): Limits {
  const thresholds = circuitBreakers?.thresholds.find(({ priority }) => priority === RoutingPriority.DEFAULT);
  const gauge = (name: string) => stats.gauge(`circuit_breakers.default.${name}`);
  return {
    connections: new Limit(thresholds?.maxConnections ?? 1024, gauge("cx_open")),
    pendingRequests: new Limit(thresholds?.maxPendingRequests ?? 1024, gauge("rq_pending_open")),
    requests: new Limit(thresholds?.maxRequests ?? 1024, gauge("rq_open")),
    maxRetries: retryLimit(thresholds),
  };
}

/** A budget stands in the place of the number. */
function retryLimit(thresholds: CircuitBreakers_Thresholds | undefined): Limits["maxRetries"] {
  const budget = thresholds?.retryBudget;
  if (budget === undefined) return () => thresholds?.maxRetries ?? 3;
  const share = (budget.budgetPercent?.value ?? 20) / 100;
  const least = budget.minRetryConcurrency ?? 3;
  return (requests) => Math.max(Math.floor(requests * share), least);
}
