import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DiscoveryResponse } from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { contentsOf, RawStream, setOf } from "../raw-stream.support.js";
import { TypeUrl } from "../type-urls.js";
import { AdsServer } from "./ads-server.js";
import type { Answer, Refusal } from "./events.js";

const { Cluster, Endpoint, Listener, Route, ExtensionConfig } = TypeUrl;

let server: AdsServer;
let stream: ReturnType<typeof RawStream.sotw>;
let port: number;
const acks: Answer[] = [];
const nacks: Refusal[] = [];

beforeEach(async () => {
  acks.length = 0;
  nacks.length = 0;
  server = new AdsServer({ onAck: (ack) => acks.push(ack), onNack: (nack) => nacks.push(nack), answerTimeoutMs: 300 });
  port = await server.listen(0);
  stream = RawStream.sotw(port);
});

afterEach(async () => {
  stream.close();
  await server.close();
});

function ack({ typeUrl, nonce, versionInfo }: DiscoveryResponse, resourceNames: string[] = []): void {
  stream.send({ typeUrl, responseNonce: nonce, versionInfo, resourceNames });
}

/** What has been sent without being asked for: a question with a certain answer goes out, and all that precedes it is kept. */
async function unasked(): Promise<string[]> {
  const typeUrl = `probe/${Math.random()}`;
  stream.send({ typeUrl });
  const types: string[] = [];
  for (;;) {
    const response = await stream.next();
    if (response.typeUrl === typeUrl) return types;
    types.push(response.typeUrl);
  }
}

test("a first request is answered whatever its nonce, and a type without resources with an empty list", async () => {
  server.publish(setOf({ [Cluster]: { a: "1" } }));
  stream.send({ typeUrl: Cluster, responseNonce: "from another life", node: { id: "me" } });
  expect(contentsOf((await stream.next()).resources)).toEqual(["a=1"]);
  stream.send({ typeUrl: "networking.istio.io/v1/Gateway", responseNonce: "x" });
  const empty = await stream.next();
  expect(empty.typeUrl).toBe("networking.istio.io/v1/Gateway");
  expect(empty.resources).toEqual([]);
  expect(empty.versionInfo).not.toBe("");
});

test("nobody is answered before there is something to publish", async () => {
  stream.send({ typeUrl: Cluster, node: { id: "early" } });
  stream.send({ typeUrl: Endpoint, resourceNames: ["a"] });
  const raced = await Promise.race([stream.next(), new Promise((resolve) => setTimeout(resolve, 100, "silence"))]);
  expect(raced).toBe("silence");
});

test("a resource that is asked for before it exists is answered when it comes, and only changed types are pushed", async () => {
  const clusters = { [Cluster]: { a: "1" } };
  server.publish(setOf(clusters));
  stream.send({ typeUrl: Cluster });
  ack(await stream.next());
  stream.send({ typeUrl: Route, resourceNames: ["later", "never"] });
  const none = await stream.next();
  expect(none.resources).toEqual([]);
  ack(none, ["later", "never"]);
  server.publish(setOf({ ...clusters, [Route]: { later: "1", other: "1" } }));
  const route = await stream.next();
  expect([route.typeUrl, ...contentsOf(route.resources)]).toEqual([Route, "later=1"]);
  ack(route, ["later", "never"]);
  expect(await unasked()).toEqual([]);
});

test("a name that is added is answered with that resource alone; stale requests are ignored", async () => {
  server.publish(setOf({ [Endpoint]: { a: "1", b: "1" } }));
  stream.send({ typeUrl: Endpoint, resourceNames: ["a"] });
  const first = await stream.next();
  stream.send({ typeUrl: Endpoint, responseNonce: "stale", resourceNames: ["a", "b"] });
  ack(first, ["a", "b"]);
  expect(contentsOf((await stream.next()).resources)).toEqual(["b=1"]);
});

test("a request that repeats itself after its answer is answered again", async () => {
  server.publish(setOf({ [Endpoint]: { a: "1" } }));
  stream.send({ typeUrl: Endpoint, resourceNames: ["a"] });
  const first = await stream.next();
  ack(first, ["a"]);
  ack(first, ["a"]);
  expect(contentsOf((await stream.next()).resources)).toEqual(["a=1"]);
});

test("a change goes out make before break, each step after the answer to the one before", async () => {
  const all = (text: string, name: string) => ({
    [Cluster]: { [name]: text, stays: "1" },
    [Endpoint]: { [name]: text },
    [Listener]: { l: text },
    [Route]: { r: text },
    [ExtensionConfig]: { e: text },
  });
  server.publish(setOf(all("1", "old")));
  const names: Record<string, string[]> = { [Endpoint]: ["old", "new"], [Route]: ["r"], [ExtensionConfig]: ["e"] };
  for (const typeUrl of [Cluster, Endpoint, Listener, Route, ExtensionConfig]) {
    stream.send({ typeUrl, resourceNames: names[typeUrl] ?? [] });
    ack(await stream.next(), names[typeUrl]);
  }
  expect(await unasked()).toEqual([]);
  server.publish(setOf(all("2", "new")));
  const seen: [string, string[]][] = [];
  for (let step = 0; step < 6; step++) {
    const response = await stream.next();
    seen.push([response.typeUrl, contentsOf(response.resources)]);
    // Clusters and endpoints come together: Envoy answers the first when it has the second.
    if (step > 0) expect(await unasked()).toEqual([]);
    ack(response, names[response.typeUrl]);
  }
  expect(seen).toEqual([
    [Cluster, ["new=2", "stays=1", "old=1"]],
    [Endpoint, ["new=2"]],
    [Listener, ["l=2"]],
    [Route, ["r=2"]],
    [ExtensionConfig, ["e=2"]],
    [Cluster, ["new=2", "stays=1"]],
  ]);
});

test("a client that does not answer is not waited for without end", async () => {
  server.publish(setOf({ [Cluster]: { a: "1" }, [Route]: { r: "1" } }));
  stream.send({ typeUrl: Cluster });
  await stream.next();
  stream.send({ typeUrl: Route, resourceNames: ["r"] });
  ack(await stream.next(), ["r"]);
  server.publish(setOf({ [Cluster]: { a: "1" }, [Route]: { r: "2" } }));
  expect(contentsOf((await stream.next()).resources)).toEqual(["r=2"]);
});

test("endpoints are sent again with their cluster, which is warmed anew", async () => {
  server.publish(setOf({ [Cluster]: { a: "1", b: "1" }, [Endpoint]: { a: "1", b: "1" } }));
  stream.send({ typeUrl: Cluster });
  ack(await stream.next());
  stream.send({ typeUrl: Endpoint, resourceNames: ["a", "b"] });
  ack(await stream.next(), ["a", "b"]);
  server.publish(setOf({ [Cluster]: { a: "2", b: "1" }, [Endpoint]: { a: "1", b: "1" } }));
  expect((await stream.next()).typeUrl).toBe(Cluster);
  const endpoints = await stream.next();
  expect([endpoints.typeUrl, ...contentsOf(endpoints.resources)]).toEqual([Endpoint, "a=1"]);
});

test("a refusal is reported with who, what and why, and what was refused is not sent again until it changes", async () => {
  server.publish(setOf({ [Listener]: { good: "1", bad: "1" } }));
  stream.send({ typeUrl: Listener, node: { id: "proxy-1", cluster: "c" } });
  const { nonce } = await stream.next();
  stream.send({ typeUrl: Listener, responseNonce: nonce, errorDetail: { code: 13, message: "bad: no filter chain" } });
  expect(await unasked()).toEqual([]);
  expect(acks.filter(({ typeUrl }) => typeUrl === Listener)).toEqual([]);
  expect(nacks).toMatchObject([
    { typeUrl: Listener, resources: ["good", "bad"], code: 13, message: "bad: no filter chain" },
  ]);
  expect(nacks[0]?.peer).toMatchObject({ flavour: "sotw", node: { id: "proxy-1" } });
  server.publish(setOf({ [Listener]: { good: "1", bad: "2" } }));
  expect(contentsOf((await stream.next()).resources)).toEqual(["good=1", "bad=2"]);
});

test("versions never stand for two contents, over many publications and two servers", async () => {
  const contents = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"), { noNullPrototype: true });
  const meaning = new Map<string, string>();
  const other = new AdsServer();
  const otherPort = await other.listen(0);
  const check = async (at: AdsServer, atPort: number, sets: Record<string, string>[]): Promise<void> => {
    at.publish(setOf({ [Cluster]: { start: "0" } }));
    const raw = RawStream.sotw(atPort);
    raw.send({ typeUrl: Cluster });
    let last = await raw.next();
    for (const [index, set] of sets.entries()) {
      at.publish(setOf({ [Cluster]: { ...set, index: String(index) } }));
      const complete = JSON.stringify(Object.entries({ ...set, index: String(index) }).sort());
      do {
        raw.send({ typeUrl: Cluster, responseNonce: last.nonce, versionInfo: last.versionInfo });
        last = await raw.next();
        const content = JSON.stringify(contentsOf(last.resources).sort());
        expect(meaning.get(last.versionInfo) ?? content).toBe(content);
        meaning.set(last.versionInfo, content);
      } while (contentsOf(last.resources).length !== JSON.parse(complete).length);
    }
    raw.close();
  };
  await fc.assert(
    fc.asyncProperty(fc.array(contents, { minLength: 1, maxLength: 6 }), async (sets) => {
      await check(server, port, sets);
      await check(other, otherPort, [...sets].reverse());
    }),
    { numRuns: 15 },
  );
  await other.close();
});

test("what a client says of itself decides which set it is served, from its first request on", async () => {
  const grouped = new AdsServer();
  const port = await grouped.listen(0);
  const [usual, own] = [RawStream.sotw(port), RawStream.sotw(port)];
  try {
    const [all, its] = [setOf({ [Cluster]: { a: "1" } }), setOf({ [Cluster]: { b: "1" } })];
    grouped.publish((node) => (node?.cluster === "own" ? its : all));
    usual.send({ typeUrl: Cluster, node: { cluster: "other" } });
    own.send({ typeUrl: Cluster, node: { cluster: "own" } });
    const first = await own.next();
    expect(contentsOf((await usual.next()).resources)).toEqual(["a=1"]);
    expect(contentsOf(first.resources)).toEqual(["b=1"]);
    own.send({ typeUrl: Cluster, versionInfo: first.versionInfo, responseNonce: first.nonce });
    // Without one of its own any more, it has what all have.
    grouped.publish(setOf({ [Cluster]: { a: "2" } }));
    const second = await own.next();
    expect(contentsOf(second.resources)).toEqual(["a=2", "b=1"]);
    own.send({ typeUrl: Cluster, versionInfo: second.versionInfo, responseNonce: second.nonce });
    expect(contentsOf((await own.next()).resources)).toEqual(["a=2"]);
  } finally {
    for (const stream of [usual, own]) stream.close();
    await grouped.close();
  }
});
