import { stringify } from "yaml";
import type { Streams } from "./measurement.js";

export type BenchTest = { readonly exact?: string; readonly prefix?: string };

/** A service with one endpoint and one route. */
export interface BenchRules {
  /** The application protocol's name. */
  readonly protocol: string;
  /** What the route matches, as MetaRouter has it. */
  readonly attributes?: Record<string, BenchTest>;
  /** How requests go, of services that have a choice. Default: one by one. */
  readonly lane?: "request" | "flow";
  /** What is done with streams of flows. */
  readonly streams?: Streams;
  /** What the route asks for beside, and the MetaRouter, and a DestinationRule's trafficPolicy. */
  readonly route?: object;
  readonly router?: object;
  readonly policy?: object;
  /** Other documents. */
  readonly documents?: readonly object[];
}

/** Between two subsets of the same endpoint: what is measured is the draw, and twice as many streams. */
const SUBSETS = ["one", "other"];
const AGE_MS = 250;

/** Rules as a user writes them, for a proxy that listens on `listen` in front of `backend`. */
export function rules(
  { protocol, attributes, lane = "request", streams, documents = [], ...more }: BenchRules,
  listen: number,
  backend: number,
): string {
  const host = `bench.${protocol}`;
  const portName = `tcp-metaprotocol-${protocol}`;
  const age = streams === "aged" && { "meltemi.dev/flow": JSON.stringify({ ageMs: AGE_MS }) };
  const annotations = { "meltemi.dev/bind": `127.0.0.1:${listen}`, "meltemi.dev/lane": lane, ...age };
  const entry = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "bench", annotations },
    spec: {
      hosts: [host],
      ports: [{ number: 9000, name: portName, protocol: "TCP" }],
      resolution: "STATIC",
      endpoints: [{ address: "127.0.0.1", ports: { [portName]: backend } }],
    },
  };
  const destination = {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "bench" },
    spec: { host, subsets: SUBSETS.map((name) => ({ name })), ...(more.policy && { trafficPolicy: more.policy }) },
  };
  const destinations =
    streams === "split"
      ? SUBSETS.map((subset) => ({ destination: { host, subset }, weight: 50 }))
      : [{ destination: { host } }];
  const match = attributes && { match: { attributes: streams === "each" ? inTheDark(attributes) : attributes } };
  const route = { name: "bench", ...match, route: destinations, ...more.route };
  const router = {
    apiVersion: "metaprotocol.aeraki.io/v1alpha1",
    kind: "MetaRouter",
    metadata: { name: "bench" },
    spec: { hosts: [host], routes: [route], ...more.router },
  };
  const hasRule = streams === "split" || more.policy !== undefined;
  return [entry, ...(hasRule ? [destination] : []), router, ...documents]
    .map((resource) => stringify(resource))
    .join("---\n");
}

/** The same asked by expressions: what they tell apart only the proxy knows, so each value has a stream of its own. */
function inTheDark(attributes: Record<string, BenchTest>): Record<string, object> {
  const regex = ({ exact, prefix = "" }: BenchTest) => ({ regex: exact ?? `${prefix}.*` });
  return Object.fromEntries(Object.entries(attributes).map(([name, test]) => [name, regex(test)]));
}
