import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
} from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { contentsOf, setOf } from "../raw-stream.support.js";
import { TypeUrl } from "../type-urls.js";
import { delta } from "./delta.js";
import type { ResourceSet } from "./resources.js";
import { stateOfTheWorld } from "./sotw.js";
import { DiscoveryStream } from "./stream.js";

const { Cluster, Endpoint, Listener, Route } = TypeUrl;
const context = { events: {}, logger: undefined, answerTimeoutMs: 60_000 };

/** What a proxy has: name → content, by type. */
class Client {
  private readonly has = new Map<string, Map<string, string>>();

  of(typeUrl: string): Map<string, string> {
    const held = this.has.get(typeUrl) ?? new Map<string, string>();
    this.has.set(typeUrl, held);
    return held;
  }

  /** Every route leads to a cluster that is there and has its endpoints. */
  check(): void {
    for (const cluster of this.of(Route).values()) {
      expect([...this.of(Cluster).keys()]).toContain(cluster);
      expect([...this.of(Endpoint).keys()]).toContain(cluster);
    }
  }
}

/** Messages on their way, each way in order; the test decides when one arrives. */
interface Link {
  readonly proxy: Client;
  publish(set: ResourceSet): void;
  /** Lets one message arrive; false where none is under way. */
  toServer(): boolean;
  toProxy(): boolean;
}

function sotwLink(): Link {
  const proxy = new Client();
  const responses: DiscoveryResponse[] = [];
  const requests: Partial<DiscoveryResponse & { names: string[] }>[] = [];
  const nonces: Record<string, string> = {};
  const stream = new DiscoveryStream(stateOfTheWorld, context, 1, "", (each) => responses.push(each));
  stream.publish(new Map());
  const ask = (typeUrl: string): void => {
    const names = typeUrl === Endpoint ? [...proxy.of(Cluster).keys()] : typeUrl === Route ? ["r"] : [];
    if (names.length > 0 || typeUrl !== Endpoint) requests.push({ typeUrl, nonce: nonces[typeUrl] ?? "", names });
  };
  for (const typeUrl of [Cluster, Listener, Route]) ask(typeUrl);
  return {
    proxy,
    publish: (set) => stream.publish(set),
    toServer: () => {
      const next = requests.shift();
      if (next === undefined) return false;
      const { typeUrl = "", nonce = "", names = [] } = next;
      stream.receive(create(DiscoveryRequestSchema, { typeUrl, responseNonce: nonce, resourceNames: names }));
      return true;
    },
    toProxy: () => {
      const next = responses.shift();
      if (next === undefined) return false;
      nonces[next.typeUrl] = next.nonce;
      const held = proxy.of(next.typeUrl);
      if (next.typeUrl === Cluster || next.typeUrl === Listener) held.clear();
      for (const [name, content] of pairs(contentsOf(next.resources))) held.set(name, content);
      if (next.typeUrl === Cluster) {
        // Envoy asks for endpoints before it answers, also where the names are as before.
        for (const name of proxy.of(Endpoint).keys()) if (!held.has(name)) proxy.of(Endpoint).delete(name);
        ask(Endpoint);
      }
      ask(next.typeUrl);
      return true;
    },
  };
}

function deltaLink(): Link {
  const proxy = new Client();
  const responses: DeltaDiscoveryResponse[] = [];
  const requests: { typeUrl: string; responseNonce?: string; subscribe?: string[]; unsubscribe?: string[] }[] = [];
  const stream = new DiscoveryStream(delta, context, 1, "", (each) => responses.push(each));
  stream.publish(new Map());
  requests.push({ typeUrl: Cluster }, { typeUrl: Listener }, { typeUrl: Route, subscribe: ["r"] });
  return {
    proxy,
    publish: (set) => stream.publish(set),
    toServer: () => {
      const next = requests.shift();
      if (next === undefined) return false;
      const { typeUrl, responseNonce = "", subscribe = [], unsubscribe = [] } = next;
      const names = { resourceNamesSubscribe: subscribe, resourceNamesUnsubscribe: unsubscribe };
      stream.receive(create(DeltaDiscoveryRequestSchema, { typeUrl, responseNonce, ...names }));
      return true;
    },
    toProxy: () => {
      const next = responses.shift();
      if (next === undefined) return false;
      const held = proxy.of(next.typeUrl);
      const before = new Set(held.keys());
      for (const [name, content] of pairs(contentsOf(next.resources.map(({ resource }) => resource))))
        held.set(name, content);
      for (const name of next.removedResources) held.delete(name);
      if (next.typeUrl === Cluster) {
        const subscribe = [...held.keys()].filter((name) => !before.has(name));
        const unsubscribe = next.removedResources.filter((name) => before.has(name));
        for (const name of unsubscribe) proxy.of(Endpoint).delete(name);
        if (subscribe.length + unsubscribe.length > 0) requests.push({ typeUrl: Endpoint, subscribe, unsubscribe });
      }
      requests.push({ typeUrl: next.typeUrl, responseNonce: next.nonce });
      return true;
    },
  };
}

function pairs(contents: string[]): [string, string][] {
  return contents.map((each) => each.split("=") as [string, string]);
}

/** One route and the cluster that it leads to, with a content that changes now and then. */
const publication = fc.record({
  to: fc.constantFrom("a", "b", "c"),
  also: fc.constantFrom("a", "b", "c", "d"),
  content: fc.constantFrom("1", "2"),
});
const step = fc.oneof(
  { weight: 1, arbitrary: publication },
  { weight: 3, arbitrary: fc.constantFrom<"toServer" | "toProxy">("toServer", "toProxy") },
);

test.each([
  ["sotw", sotwLink],
  ["delta", deltaLink],
])("whatever is published when, no route of a proxy ever leads to nothing (%s)", (_name, open) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), publication, (steps, last) => {
      const link = open();
      const publish = ({ to, also, content }: typeof last): void => {
        const clusters = { [to]: content, [also]: content };
        const endpoints = { [to]: "1", [also]: "1" };
        const set = { [Cluster]: clusters, [Endpoint]: endpoints, [Listener]: { l: content }, [Route]: { r: to } };
        link.publish(setOf(set));
      };
      for (const each of steps) {
        if (typeof each === "object") publish(each);
        else link[each]();
        link.proxy.check();
      }
      publish(last);
      let messages = 0;
      while (link.toServer() || link.toProxy()) {
        link.proxy.check();
        messages += 1;
        expect(messages, "the conversation ends").toBeLessThan(500);
      }
      expect([...link.proxy.of(Cluster).keys()].sort()).toEqual([...new Set([last.to, last.also])].sort());
      expect([...link.proxy.of(Route)]).toEqual([["r", last.to]]);
      expect([...link.proxy.of(Endpoint).keys()].sort()).toEqual([...new Set([last.to, last.also])].sort());
    }),
    { numRuns: 500 },
  );
});
