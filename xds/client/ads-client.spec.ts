import { create, toBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Cluster, ClusterSchema } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import { NodeSchema } from "../gen/envoy/config/core/v3/base_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "../gen/envoy/config/route/v3/route_pb.js";
import { setOf } from "../raw-stream.support.js";
import { AdsServer, type Answer, type Refusal } from "../server/index.js";
import { TypeUrl } from "../type-urls.js";
import { AdsClient } from "./ads-client.js";
import { Backoff } from "./backoff.js";
import type { Rejection, Update } from "./handler.js";

let server: AdsServer;
let client: AdsClient;
let port: number;
let acks: Answer[];
let nacks: Refusal[];
let states: boolean[];

beforeEach(async () => {
  [acks, nacks, states] = [[], [], []];
  server = newServer();
  port = await server.listen(0);
  client = new AdsClient({
    address: `127.0.0.1:${port}`,
    node: create(NodeSchema, { id: "host-1" }),
    backoff: { baseMs: 20, maxMs: 50 },
    onState: (connected) => states.push(connected),
  });
});

afterEach(async () => {
  client.close();
  await server.close();
});

function newServer(): AdsServer {
  return new AdsServer({ onAck: (ack) => acks.push(ack), onNack: (nack) => nacks.push(nack) });
}

/** A handler that keeps what it is told, one line an update. */
function recorder<T extends Cluster | RouteConfiguration>(refuse: (name: string) => boolean = () => false) {
  const lines: string[] = [];
  const onUpdate = (update: Update<T>): readonly Rejection[] => {
    const changed = [...update.changed].map(([name, message]) =>
      message.$typeName === "envoy.config.cluster.v3.Cluster" ? `${name}=${message.altStatName}` : name,
    );
    lines.push([...changed, ...update.removed.map((name) => `-${name}`)].join(" "));
    return [...update.changed.keys()].filter(refuse).map((name) => ({ name, reason: "not to my liking" }));
  };
  return { lines, onUpdate };
}

test("a wildcard subscription is told of what is new, changed and removed, and of nothing else", async () => {
  const clusters = recorder<Cluster>();
  client.subscribe(ClusterSchema, clusters);
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1", b: "1" } }));
  await expect.poll(() => clusters.lines).toEqual(["a=1 b=1"]);
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1", b: "2", c: "1" } }));
  server.publish(setOf({ [TypeUrl.Cluster]: { b: "2", c: "1" } }));
  await expect.poll(() => clusters.lines.at(-1)).toBe("-a");
  expect(clusters.lines.join(" | ")).toBe("a=1 b=1 | b=2 c=1 | -a");
  expect(states).toEqual([true]);
  expect(acks[0]?.peer.node?.id).toBe("host-1");
});

test("that there is nothing is told once", async () => {
  const clusters = recorder<Cluster>();
  client.subscribe(ClusterSchema, clusters);
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: {} }));
  await expect.poll(() => clusters.lines).toEqual([""]);
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1" } }));
  await expect.poll(() => clusters.lines).toEqual(["", "a=1"]);
});

test("a named subscription asks for its names only, and again for one it has dropped in between", async () => {
  server.publish(setOf({ [TypeUrl.Route]: { a: "1", b: "1", c: "1" } }));
  const routes = recorder<RouteConfiguration>();
  const subscription = client.subscribe(RouteConfigurationSchema, routes, []);
  client.start();
  subscription.setNames(["a"]);
  await expect.poll(() => routes.lines).toEqual(["a"]);
  subscription.setNames(["a", "b"]);
  await expect.poll(() => routes.lines).toEqual(["a", "b"]);
  subscription.setNames(["b"]);
  await expect.poll(() => acks.length).toBe(2);
  await new Promise((resolve) => setImmediate(resolve));
  subscription.setNames(["a", "b"]);
  await expect.poll(() => routes.lines).toEqual(["a", "b", "a"]);
});

test("a refusal names the resource and the reason; the others are taken and it comes again with the next version", async () => {
  const clusters = recorder<Cluster>((name) => name === "bad");
  client.subscribe(ClusterSchema, clusters);
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: { good: "1", bad: "1" } }));
  await expect.poll(() => nacks.map(({ message }) => message)).toEqual(["bad: not to my liking"]);
  server.publish(setOf({ [TypeUrl.Cluster]: { good: "1", bad: "1", more: "1" } }));
  await expect.poll(() => clusters.lines).toEqual(["good=1 bad=1", "bad=1 more=1"]);
});

test("what cannot be read is refused, and nothing counts as removed by it", async () => {
  const clusters = recorder<Cluster>();
  client.subscribe(ClusterSchema, clusters);
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1" } }));
  await expect.poll(() => clusters.lines).toEqual(["a=1"]);
  const value = toBinary(RouteConfigurationSchema, create(RouteConfigurationSchema, { name: "r" }));
  const stranger = { name: "r", version: "1", body: create(AnySchema, { typeUrl: TypeUrl.Route, value }) };
  server.publish(new Map([[TypeUrl.Cluster, { version: "2", resources: new Map([["r", stranger]]) }]]));
  const reason = `resource 0: is a ${TypeUrl.Route}, expected ${TypeUrl.Cluster}`;
  await expect.poll(() => nacks.at(-1)?.message).toBe(reason);
  server.publish(setOf({ [TypeUrl.Cluster]: { b: "1" } }));
  await expect.poll(() => clusters.lines).toEqual(["a=1", "b=1", "-a"]);
});

test("a handler that fails refuses all of the update", async () => {
  client.subscribe(ClusterSchema, { onUpdate: () => Promise.reject(new Error("out of paper")) });
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1" } }));
  await expect.poll(() => nacks.map(({ message }) => message)).toEqual(["a: cannot be applied: out of paper"]);
});

test("while a handler is at work its acknowledgement waits, and with it what rests on that", async () => {
  let finish = (): void => undefined;
  const begun: string[] = [];
  client.subscribe(ClusterSchema, {
    onUpdate: ({ changed }) => {
      begun.push([...changed.keys()].join());
      return new Promise((resolve) => {
        finish = () => resolve([]);
      });
    },
  });
  const routes = recorder<RouteConfiguration>();
  const named = client.subscribe(RouteConfigurationSchema, routes, []);
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1" }, [TypeUrl.Endpoint]: {}, [TypeUrl.Route]: { r: "1" } }));
  await expect.poll(() => begun).toEqual(["a"]);
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1", b: "1" }, [TypeUrl.Endpoint]: {}, [TypeUrl.Route]: { r: "1" } }));
  named.setNames(["r"]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  // The server holds routes back until the clusters that they may lead to are in place.
  expect([acks.length, begun, routes.lines]).toEqual([0, ["a"], []]);
  finish();
  await expect.poll(() => begun).toEqual(["a", "b"]);
  finish();
  await expect.poll(() => routes.lines).toEqual(["r"]);
  expect(acks.map(({ typeUrl }) => typeUrl).slice(0, 2)).toEqual([TypeUrl.Cluster, TypeUrl.Cluster]);
});

test("the server goes and comes back: the client keeps what it has and hears only of what changed", async () => {
  const clusters = recorder<Cluster>();
  const routes = recorder<RouteConfiguration>();
  client.subscribe(ClusterSchema, clusters);
  client.subscribe(RouteConfigurationSchema, routes, ["r"]);
  client.start();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1", b: "1" }, [TypeUrl.Route]: { r: "1" } }));
  await expect.poll(() => [clusters.lines, routes.lines]).toEqual([["a=1 b=1"], ["r"]]);
  await server.close();
  await expect.poll(() => states).toEqual([true, false]);
  server = newServer();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1", b: "2" }, [TypeUrl.Route]: { r: "1" } }));
  await server.listen(port);
  await expect.poll(() => clusters.lines).toEqual(["a=1 b=1", "b=2"]);
  await expect.poll(() => acks.filter(({ typeUrl }) => typeUrl === TypeUrl.Route).length).toBe(2);
  expect(routes.lines).toEqual(["r"]);
  expect(states).toEqual([true, false, true]);
});

test("a server that is not there yet is waited for", async () => {
  await server.close();
  const clusters = recorder<Cluster>();
  client.subscribe(ClusterSchema, clusters);
  client.start();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(client.connected).toBe(false);
  server = newServer();
  server.publish(setOf({ [TypeUrl.Cluster]: { a: "1" } }));
  await server.listen(port);
  await expect.poll(() => clusters.lines).toEqual(["a=1"]);
  expect(client.connected).toBe(true);
});

test("delays double up to their limit, drawn at random below it", () => {
  const backoff = new Backoff(100, 1000, () => 1);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1000]);
  backoff.reset();
  expect(backoff.next()).toBe(100);
  expect(new Backoff(100, 1000, () => 0.25).next()).toBe(25);
});
