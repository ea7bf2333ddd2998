import { afterEach, beforeEach, expect, test } from "vitest";
import type { DeltaDiscoveryResponse } from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { contentsOf, RawStream, setOf } from "../raw-stream.support.js";
import { TypeUrl } from "../type-urls.js";
import { AdsServer } from "./ads-server.js";
import type { Refusal } from "./events.js";

const { Cluster, Endpoint, Route } = TypeUrl;

let server: AdsServer;
let stream: ReturnType<typeof RawStream.delta>;
const nacks: Refusal[] = [];

beforeEach(async () => {
  nacks.length = 0;
  server = new AdsServer({ onNack: (nack) => nacks.push(nack) });
  stream = RawStream.delta(await server.listen(0));
});

afterEach(async () => {
  stream.close();
  await server.close();
});

function ack({ typeUrl, nonce }: DeltaDiscoveryResponse): void {
  stream.send({ typeUrl, responseNonce: nonce });
}

function said(response: DeltaDiscoveryResponse): { sent: string[]; removed: string[] } {
  return { sent: contentsOf(response.resources.map(({ resource }) => resource)), removed: response.removedResources };
}

test("a wildcard gets everything, then differences", async () => {
  server.publish(setOf({ [Cluster]: { a: "1", b: "1" } }));
  stream.send({ typeUrl: Cluster });
  const first = await stream.next();
  expect(said(first)).toEqual({ sent: ["a=1", "b=1"], removed: [] });
  ack(first);
  server.publish(setOf({ [Cluster]: { a: "2", c: "1" } }));
  const made = await stream.next();
  expect(said(made)).toEqual({ sent: ["a=2", "c=1"], removed: [] });
  ack(made);
  expect(said(await stream.next())).toEqual({ sent: [], removed: ["b"] });
});

test("what a client brings along is not sent again, what is gone is taken away", async () => {
  server.publish(setOf({ [Cluster]: { a: "1", b: "2" } }));
  stream.send({ typeUrl: Cluster, initialResourceVersions: { a: "1", b: "1", gone: "1" } });
  const first = await stream.next();
  expect(said(first)).toEqual({ sent: ["b=2"], removed: [] });
  ack(first);
  expect(said(await stream.next())).toEqual({ sent: [], removed: ["gone"] });
});

test("names come and go; one that does not exist is said to be absent, and sent when it comes", async () => {
  server.publish(setOf({ [Route]: { a: "1" } }));
  stream.send({ typeUrl: Route, resourceNamesSubscribe: ["a", "later"] });
  const first = await stream.next();
  expect(said(first)).toEqual({ sent: ["a=1"], removed: ["later"] });
  ack(first);
  server.publish(setOf({ [Route]: { a: "1", later: "1" } }));
  const later = await stream.next();
  expect(said(later)).toEqual({ sent: ["later=1"], removed: [] });
  ack(later);
  stream.send({ typeUrl: Route, resourceNamesSubscribe: ["a"], resourceNamesUnsubscribe: ["later"] });
  const again = await stream.next();
  expect(said(again)).toEqual({ sent: ["a=1"], removed: [] });
  ack(again);
  server.publish(setOf({ [Route]: { a: "2", later: "2" } }));
  expect(said(await stream.next())).toEqual({ sent: ["a=2"], removed: [] });
});

test("endpoints are sent again with their cluster", async () => {
  server.publish(setOf({ [Cluster]: { a: "1" }, [Endpoint]: { a: "1" } }));
  stream.send({ typeUrl: Cluster });
  ack(await stream.next());
  stream.send({ typeUrl: Endpoint, resourceNamesSubscribe: ["a"] });
  ack(await stream.next());
  server.publish(setOf({ [Cluster]: { a: "2" }, [Endpoint]: { a: "1" } }));
  expect((await stream.next()).typeUrl).toBe(Cluster);
  expect(said(await stream.next())).toEqual({ sent: ["a=1"], removed: [] });
});

test("a refusal is reported", async () => {
  server.publish(setOf({ [Cluster]: { a: "1" } }));
  stream.send({ typeUrl: Cluster, node: { id: "proxy-2" } });
  const { nonce } = await stream.next();
  stream.send({ typeUrl: Cluster, responseNonce: nonce, errorDetail: { code: 3, message: "a: no" } });
  await expect.poll(() => nacks).toMatchObject([{ typeUrl: Cluster, resources: ["a"], message: "a: no" }]);
});
