import { expect, test } from "vitest";
import { bareEndpoint, HostSet, LiveEndpoint, PrioritySet } from "../endpoints/index.js";
import { ByPriority } from "./by-priority.js";
import { LeastRequest } from "./least-request.js";
import { OverrideHost } from "./override-host.js";
import { RandomChoice } from "./random.js";
import { RingHash } from "./ring-hash.js";
import { RoundRobin } from "./round-robin.js";
import type { LevelBalancer } from "./types.js";

function endpoint(port: number, { weight = 1, healthy = true } = {}): LiveEndpoint {
  return new LiveEndpoint({ ...bareEndpoint({ kind: "tcp", host: "10.0.0.1", port }), weight, healthy });
}

function counts(
  balancer: LevelBalancer,
  hosts: LiveEndpoint[],
  picks: number,
  hash?: (pick: number) => bigint,
): number[] {
  balancer.update(new HostSet(hosts, 50));
  const count = new Map<LiveEndpoint | undefined, number>();
  for (let pick = 0; pick < picks; pick++) {
    const host = balancer.pick({ hash: hash?.(pick) });
    count.set(host, (count.get(host) ?? 0) + 1);
  }
  return hosts.map((host) => count.get(host) ?? 0);
}

test("round robin takes turns, by weight where weights differ", () => {
  expect(counts(new RoundRobin(), [endpoint(1), endpoint(2), endpoint(3)], 300)).toEqual([100, 100, 100]);
  const [one, three] = counts(new RoundRobin(), [endpoint(1), endpoint(2, { weight: 3 })], 400);
  expect(Math.abs((one ?? 0) - 100)).toBeLessThanOrEqual(1);
  expect(Math.abs((three ?? 0) - 300)).toBeLessThanOrEqual(1);
});

test("the unhealthy get nothing, unless most are", () => {
  const hosts = [endpoint(1), endpoint(2), endpoint(3, { healthy: false })];
  expect(counts(new RoundRobin(), hosts, 100)).toEqual([50, 50, 0]);
  const panic = [endpoint(1), endpoint(2, { healthy: false }), endpoint(3, { healthy: false })];
  expect(counts(new RoundRobin(), panic, 99)).toEqual([33, 33, 33]);
  expect(counts(new RoundRobin(), [], 1)).toEqual([]);
});

test("random is even", () => {
  for (const count of counts(new RandomChoice(), [endpoint(1), endpoint(2)], 10_000)) {
    expect(Math.abs(count - 5_000)).toBeLessThan(400);
  }
});

test("least request prefers the one that has less to do", () => {
  const hosts = [endpoint(1), endpoint(2)];
  (hosts[0] as LiveEndpoint).stats.rqActive = 100;
  const [busy, free] = counts(new LeastRequest(2, 1), hosts, 10_000);
  expect((busy ?? 0) / (free ?? 1)).toBeLessThan(0.4);
});

test("a ring gives a hash one host, spreads hashes by weight, and moves few when a host leaves", () => {
  const options = { minimumSize: 1024, maximumSize: 8 * 1024 * 1024, useHostname: false };
  const hosts = [endpoint(1), endpoint(2), endpoint(3, { weight: 2 })];
  const hash = (pick: number) => BigInt.asUintN(64, BigInt(pick) * 0x9e3779b97f4a7c15n);
  const spread = counts(new RingHash(options), hosts, 20_000, hash).map((count) => Math.round(count / 1000));
  expect(spread[2]).toBeGreaterThan(8);
  expect(spread.every((share) => share > 3)).toBe(true);
  const [all, fewer] = [new RingHash(options), new RingHash(options)];
  all.update(new HostSet(hosts, 50));
  fewer.update(new HostSet(hosts.slice(1), 50));
  let moved = 0;
  for (let pick = 0; pick < 2_000; pick++) {
    const before = all.pick({ hash: hash(pick) });
    expect(all.pick({ hash: hash(pick) })).toBe(before);
    // The ring keeps its size, so those that stay get more points, and some hashes of each other's.
    if (before !== hosts[0] && fewer.pick({ hash: hash(pick) }) !== before) moved += 1;
  }
  expect(moved).toBeLessThan(400);
});

test("override host takes the one that metadata or a header names, else the fallback's", () => {
  const hosts = [endpoint(1), endpoint(2, { healthy: false }), endpoint(3)];
  const balancer = new OverrideHost(
    [
      { kind: "header", name: "x-host" },
      { kind: "metadata", key: "meltemi", path: ["a", "address"] },
    ],
    { update: () => undefined, pick: () => hosts[2] },
  );
  balancer.update(new PrioritySet(hosts, 50));
  const dynamicMetadata = { meltemi: { a: { address: "10.0.0.1:2" } } };
  expect(balancer.pick({ dynamicMetadata })).toBe(hosts[1]);
  expect(balancer.pick({ dynamicMetadata, header: () => "10.0.0.1:9, 10.0.0.1:1" })).toBe(hosts[0]);
  expect(balancer.pick({})).toBe(hosts[2]);
});

test("nearer priorities first; a hash stays with its priority and its host, as far as these take it", () => {
  const hosts = [endpoint(1), endpoint(2, { healthy: false }), endpoint(3)];
  (hosts[2] as LiveEndpoint).priority = 1;
  const count = (balancer: ByPriority, hash?: (pick: number) => bigint): number => {
    balancer.update(new PrioritySet(hosts, 0));
    const picked = Array.from({ length: 10_000 }, (_, pick) => balancer.pick({ hash: hash?.(pick) }));
    return picked.filter((host) => host === hosts[0]).length / 100;
  };
  expect(count(new ByPriority(() => new RoundRobin()))).toBeCloseTo(70, -1);
  // One hash for all is nothing to a policy that does not look at it.
  expect(count(new ByPriority(() => new RoundRobin()), () => 7n)).toBeCloseTo(70, -1);
  const ring = () => new ByPriority(() => new RingHash({ minimumSize: 64, maximumSize: 64, useHostname: false }), true);
  expect([count(ring(), () => 69n), count(ring(), () => 170n)]).toEqual([100, 0]);
});
