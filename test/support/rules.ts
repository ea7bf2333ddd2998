import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Attributes } from "./protocol.js";

/** The port that all services of the suite have in the mesh; where they listen is each one's own. */
export const SERVICE_PORT = 9000;

/** One route of a MetaRouter, with the service's own host and subsets understood. */
export interface Route {
  readonly match?: Readonly<Record<string, { exact?: string; prefix?: string; regex?: string }>>;
  /** A backend's name, or weights by name; all backends where it is empty. */
  readonly to: string | Readonly<Record<string, number>>;
  readonly mirror?: string;
  readonly request?: Attributes;
  readonly response?: Attributes;
  /** As a MetaRouter has them, after `request` and `response`. */
  readonly requestMutation?: readonly object[];
  readonly responseMutation?: readonly object[];
  /** As a MetaRouter has them. */
  readonly fault?: object;
  readonly timeout?: string;
  readonly retries?: object;
  readonly jwt?: object;
  readonly accessControl?: readonly object[];
}

/** A document in the namespace of the suite. */
export interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly spec: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ServiceRules {
  readonly host: string;
  readonly protocol: string;
  /** Where the proxy listens for this service. */
  readonly listen: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Endpoints by the subset that they make. */
  readonly backends: Readonly<Record<string, number>>;
  /** A DestinationRule's trafficPolicy. */
  readonly policy?: object;
  /** What a MetaRouter says beside its routes. */
  readonly router?: object;
  /** Documents of other kinds that stand in the same file. */
  readonly documents?: readonly Document[];
  /** Without routes there is no MetaRouter: all traffic goes to all backends. */
  readonly routes?: readonly Route[];
}

/** A folder of rules as a user writes them, watched by the control plane. */
export class RuleFolder {
  readonly path = mkdtempSync(join(tmpdir(), "meltemi-rules-"));

  /** Declares a protocol and the codec that speaks it. */
  protocol(name: string, codec: string): void {
    this.write(`protocol-${name}`, [
      resource("metaprotocol.aeraki.io/v1alpha1", "ApplicationProtocol", name, { protocol: name, codec }),
    ]);
  }

  /** Writes, or replaces, all rules of a service. */
  service(rules: ServiceRules): void {
    this.write(rules.host, documents(rules));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private write(name: string, resources: readonly object[]): void {
    // Renamed into place: nobody may read half a file, as with an editor or a git checkout that does it well.
    const draft = join(this.path, `.${name}.draft`);
    writeFileSync(draft, resources.map((resource) => stringify(resource)).join("---\n"));
    renameSync(draft, join(this.path, `${name}.yaml`));
  }
}

function documents({
  host,
  protocol,
  listen,
  annotations,
  backends,
  policy,
  routes,
  router,
  documents = [],
}: ServiceRules): object[] {
  const port = `tcp-metaprotocol-${protocol}`;
  const entry = {
    hosts: [host],
    ports: [{ number: SERVICE_PORT, name: port, protocol: "TCP" }],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    endpoints: Object.entries(backends).map(([version, number]) => ({
      address: "127.0.0.1",
      ports: { [port]: number },
      labels: { version },
      locality: version,
    })),
  };
  const subsets = Object.keys(backends).map((version) => ({ name: version, labels: { version } }));
  const all = [
    resource("networking.istio.io/v1alpha3", "ServiceEntry", host, entry, {
      "meltemi.dev/bind": `127.0.0.1:${listen}`,
      ...annotations,
    }),
    resource("networking.istio.io/v1alpha3", "DestinationRule", host, {
      host,
      subsets,
      ...(policy && { trafficPolicy: policy }),
    }),
  ];
  for (const { apiVersion, kind, name, spec, annotations } of documents) {
    all.push(resource(apiVersion, kind, name, spec, annotations));
  }
  if (routes === undefined && router === undefined) return all;
  const spec = {
    hosts: [host],
    ...(routes && { routes: routes.map((route, index) => metaRoute(host, route, index)) }),
    ...router,
  };
  return [...all, resource("metaprotocol.aeraki.io/v1alpha1", "MetaRouter", host, spec)];
}

function metaRoute(host: string, route: Route, index: number): object {
  const { match, to, mirror, request = [], response = [], fault, jwt, accessControl, timeout, retries } = route;
  const weights = typeof to === "string" ? { [to]: 100 } : to;
  const pairs = (list: Attributes) => list.map(([key, value]) => ({ key, value }));
  const requestMutation = [...pairs(request), ...(route.requestMutation ?? [])];
  const responseMutation = [...pairs(response), ...(route.responseMutation ?? [])];
  return {
    name: `route-${index}`,
    ...(match && { match: { attributes: match } }),
    route: Object.entries(weights).map(([subset, weight]) => ({
      destination: { host, ...(subset && { subset }) },
      weight,
    })),
    ...(mirror && { mirror: { host, subset: mirror } }),
    ...(requestMutation.length > 0 && { requestMutation }),
    ...(responseMutation.length > 0 && { responseMutation }),
    ...(fault && { fault }),
    ...(jwt && { jwt }),
    ...(accessControl && { accessControl }),
    ...(timeout && { timeout }),
    ...(retries && { retries }),
  };
}

function resource(apiVersion: string, kind: string, name: string, spec: object, annotations?: object): object {
  return { apiVersion, kind, metadata: { name, namespace: "test", ...(annotations && { annotations }) }, spec };
}
