import { stringify } from "yaml";

/** A service with one endpoint and one route. */
export interface BenchRules {
  /** The application protocol's name. */
  readonly protocol: string;
  /** What the route matches, as MetaRouter has it. */
  readonly attributes?: Record<string, object>;
  /** How requests go, of services that have a choice. Default: one by one. */
  readonly lane?: "request" | "flow";
}

/** Rules as a user writes them, for a proxy that listens on `listen` in front of `backend`. */
export function rules({ protocol, attributes, lane = "request" }: BenchRules, listen: number, backend: number): string {
  const host = `bench.${protocol}`;
  const portName = `tcp-metaprotocol-${protocol}`;
  const annotations = { "meltemi.dev/bind": `127.0.0.1:${listen}`, "meltemi.dev/lane": lane };
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
  const route = { name: "bench", ...(attributes && { match: { attributes } }), route: [{ destination: { host } }] };
  const router = {
    apiVersion: "metaprotocol.aeraki.io/v1alpha1",
    kind: "MetaRouter",
    metadata: { name: "bench" },
    spec: { hosts: [host], routes: [route] },
  };
  return [entry, router].map((resource) => stringify(resource)).join("---\n");
}
