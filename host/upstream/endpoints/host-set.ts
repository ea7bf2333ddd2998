import type { LiveEndpoint } from "./endpoint.js";

/** The endpoints of one priority, which a policy chooses among. */
export class HostSet {
  /** All of them, healthy or not. */
  readonly all: readonly LiveEndpoint[];
  /** The candidates: the healthy ones, or all while fewer than the panic threshold are healthy. */
  readonly candidates: readonly LiveEndpoint[];
  readonly healthyCount: number;
  readonly panic: boolean;

  constructor(all: readonly LiveEndpoint[], panicPercent: number) {
    this.all = all;
    const healthy = all.filter(({ healthy }) => healthy);
    this.healthyCount = healthy.length;
    this.panic = all.length > 0 && (healthy.length * 100) / all.length < panicPercent;
    this.candidates = this.panic ? all : healthy;
  }
}
