import { xxHash64 } from "../../bytes/index.js";
import type { HostSet, LiveEndpoint } from "../endpoints/index.js";
import type { LoadBalancerContext } from "../types.js";
import type { LevelBalancer } from "./types.js";

interface RingPoint {
  readonly hash: bigint;
  readonly host: LiveEndpoint;
}

/** Settings of the ring, with Envoy's defaults where they are made. */
export interface RingOptions {
  readonly minimumSize: number;
  readonly maximumSize: number;
  readonly useHostname: boolean;
}

/** Ketama with xxHash64 of `<key>_<n>`, an endpoint's address if its metadata has no key: the same ring as Envoy's, so both choose the same host for a hash. */
export class RingHash implements LevelBalancer {
  private ring: readonly RingPoint[] = [];
  private members: readonly LiveEndpoint[] = [];

  constructor(private readonly options: RingOptions) {}

  update(hosts: HostSet): void {
    this.members = hosts.candidates;
    this.ring = buildRing(this.members, this.options);
  }

  pick(context: LoadBalancerContext): LiveEndpoint | undefined {
    if (this.ring.length === 0) return undefined;
    if (context.hash === undefined) return this.members[Math.floor(Math.random() * this.members.length)];
    return this.at(context.hash).host;
  }

  /** The first point at or after the hash; behind the last comes the first. */
  private at(hash: bigint): RingPoint {
    let [low, high] = [0, this.ring.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ring[middle] as RingPoint).hash < hash) low = middle + 1;
      else high = middle;
    }
    return this.ring[low % this.ring.length] as RingPoint;
  }
}

function buildRing(
  hosts: readonly LiveEndpoint[],
  { minimumSize, maximumSize, useHostname }: RingOptions,
): RingPoint[] {
  const total = hosts.reduce((sum, { weight }) => sum + weight, 0);
  const smallest = Math.min(...hosts.map(({ weight }) => weight / total));
  // Scaled so that the lightest host gets a whole number of points and the ring at least its minimum.
  const scale = Math.min(Math.ceil(smallest * minimumSize) / smallest, maximumSize);
  const ring: RingPoint[] = [];
  let [current, target] = [0, 0];
  for (const host of hosts) {
    const key = hashKey(host) ?? (useHostname && host.hostname !== "" ? host.hostname : host.name);
    target += (scale * host.weight) / total;
    for (let index = 0; current < target; index++, current++) {
      ring.push({ hash: xxHash64(Buffer.from(`${key}_${index}`)), host });
    }
  }
  return ring.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
}

/** What stands for an endpoint where its metadata says so: two clusters can then hash alike, whatever their addresses. */
function hashKey({ metadata }: LiveEndpoint): string | undefined {
  const key = metadata["envoy.lb"]?.["hash_key"];
  return typeof key === "string" && key !== "" ? key : undefined;
}
