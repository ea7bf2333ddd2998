import { type EndpointDescription, LiveEndpoint } from "./endpoint.js";

/** The endpoints that a balancer chooses among. Immutable; an update makes a new one with the same endpoint objects. */
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

  /** The same endpoints, some of which are healthy or unhealthy now that were not before. */
  again(panicPercent: number): HostSet {
    return new HostSet(this.all, panicPercent);
  }

  /** The next set after an update, and which endpoints are gone. */
  update(descriptions: readonly EndpointDescription[], panicPercent: number): { next: HostSet; gone: LiveEndpoint[] } {
    const before = new Map(this.all.map((endpoint) => [endpoint.name, endpoint]));
    const all = descriptions.map((description) => {
      const known = before.get(description.name);
      before.delete(description.name);
      known?.update(description);
      return known ?? new LiveEndpoint(description);
    });
    return { next: new HostSet(all, panicPercent), gone: [...before.values()] };
  }
}
