import { type EndpointDescription, LiveEndpoint } from "./endpoint.js";
import { HostSet } from "./host-set.js";

/** Envoy's overprovisioning factor: a priority takes all of its requests until so much less than 1/1.4 of it is healthy. */
const OVERPROVISIONING = 140;

/**
 * A cluster's endpoints by their priority, and how many percent of the requests each priority takes, as Envoy reckons it. Immutable;
 * an update makes a new one with the same endpoint objects.
 */
export class PrioritySet {
  /** From priority 0 on; a priority without endpoints is there too, and takes nothing. */
  readonly levels: readonly HostSet[];
  /** Whole numbers that add up to 100. */
  readonly loads: readonly number[];
  readonly healthyCount: number;

  constructor(
    readonly all: readonly LiveEndpoint[],
    private readonly panicPercent: number,
  ) {
    const byPriority = levelsOf(all).map((hosts) => new HostSet(hosts, panicPercent));
    const healths = byPriority.map(healthOf);
    const total = Math.min(100, sum(healths));
    // As long as the priorities together can take it all, none is in panic.
    this.levels =
      total === 100 ? byPriority.map((level) => (level.panic ? new HostSet(level.all, 0) : level)) : byPriority;
    this.loads = loadsOf(this.levels, healths, total);
    this.healthyCount = sum(byPriority.map(({ healthyCount }) => healthyCount));
  }

  /** Whether requests go to endpoints that are not healthy because too few are. */
  get panic(): boolean {
    return this.levels.some(({ panic }, priority) => panic && (this.loads[priority] ?? 0) > 0);
  }

  /** The priority that takes a request. @param draw 0 to 99 */
  priorityAt(draw: number): number {
    let upTo = 0;
    return Math.max(
      0,
      this.loads.findIndex((load) => {
        upTo += load;
        return draw < upTo;
      }),
    );
  }

  /** The same endpoints, some of which are healthy or unhealthy now that were not before. */
  again(): PrioritySet {
    return new PrioritySet(this.all, this.panicPercent);
  }

  /** The next set after an update, and which endpoints are gone. */
  update(descriptions: readonly EndpointDescription[]): { next: PrioritySet; gone: LiveEndpoint[] } {
    const before = new Map(this.all.map((endpoint) => [endpoint.name, endpoint]));
    const all = descriptions.map((description) => {
      const known = before.get(description.name);
      before.delete(description.name);
      known?.update(description);
      return known ?? new LiveEndpoint(description);
    });
    return { next: new PrioritySet(all, this.panicPercent), gone: [...before.values()] };
  }
}

function levelsOf(all: readonly LiveEndpoint[]): LiveEndpoint[][] {
  const count = all.reduce((most, { priority }) => Math.max(most, priority), 0) + 1;
  const levels: LiveEndpoint[][] = Array.from({ length: count }, () => []);
  for (const endpoint of all) levels[endpoint.priority]?.push(endpoint);
  return levels;
}

/** In percent, of what the priority is there for. */
function healthOf({ all, healthyCount }: HostSet): number {
  return all.length === 0 ? 0 : Math.min(100, Math.floor((OVERPROVISIONING * healthyCount) / all.length));
}

/** Each priority takes what its health lets it of what those before it leave. */
function loadsOf(levels: readonly HostSet[], healths: readonly number[], total: number): number[] {
  const counts = levels.map(({ all }) => all.length);
  const endpoints = sum(counts);
  // Nothing is left but to try them all, each priority by its size.
  if (endpoints > 0 && levels.every(({ panic, all }) => panic || all.length === 0)) return shares(counts, endpoints);
  if (total === 0) return levels.map((_, priority) => (priority === 0 ? 100 : 0));
  return shares(healths, total);
}

/** Parts of 100 that are filled up from the first on; what rounding leaves is the first one's that has any. */
function shares(parts: readonly number[], whole: number): number[] {
  let left = 100;
  const loads = parts.map((part) => {
    const load = Math.min(left, Math.floor((part * 100) / whole));
    left -= load;
    return load;
  });
  const first = parts.findIndex((part) => part > 0);
  return loads.map((load, priority) => (priority === first ? load + left : load));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
