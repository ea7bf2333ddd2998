import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, startControl } from "../../control/index.js";
import { formatProblem } from "../../control/source/index.js";
import { freePort, type ProxyKind, type RunningProxy, startProxy, until } from "../support/index.js";

/** A service of the mesh: its servers are its subsets. */
export interface Service {
  readonly servers: Readonly<Record<string, number>>;
  /** A MetaRouter's routes. */
  readonly routes?: readonly object[];
  /** A DestinationRule's. */
  readonly trafficPolicy?: object;
  /** The codec's settings. */
  readonly codec?: object;
  /** More of the ServiceEntry's annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A proxy in front of services. */
export interface Proxied {
  readonly proxy: RunningProxy;
  port(service: string): number;
  close(): Promise<void>;
}

const PORT = 9000;
const ISTIO = "networking.istio.io/v1alpha3";

/** @param more other rules, as users write them */
export async function startProxied(
  kind: ProxyKind,
  protocol: string,
  services: Readonly<Record<string, Service>>,
  more: readonly object[] = [],
): Promise<Proxied> {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-rules-"));
  const ports = new Map<string, number>();
  for (const [name, service] of Object.entries(services)) {
    const port = await freePort();
    ports.set(name, port);
    const resources = rules(protocol, name, port, service).map((one) => JSON.stringify(one));
    writeFileSync(join(folder, `${name}.yaml`), resources.join("\n---\n"));
  }
  writeFileSync(join(folder, "more.yaml"), more.map((one) => JSON.stringify(one)).join("\n---\n"));
  const faults: string[] = [];
  const control = await startControl({
    rules: folder,
    port: await freePort(),
    onProblems: (problems) => faults.push(...problems.map(formatProblem)),
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const adminPort = await freePort();
  const yaml = bootstrap({ controlPort: control.port, adminPort, nodeId: `test-${adminPort}` });
  const proxy = await startProxy(kind, { bootstrap: yaml, adminPort, concurrency: 2 });
  for (const port of ports.values()) await until("the proxy to listen", () => accepts(port));
  return {
    proxy,
    port: (service) => ports.get(service) ?? 0,
    close: async () => {
      await proxy.close();
      await control.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A route's destinations. */
export function to(name: string, subset: string): object[] {
  return [{ destination: { host: `${name}.test`, subset } }];
}

function rules(
  protocol: string,
  name: string,
  listen: number,
  { servers, routes, trafficPolicy, codec, annotations: more }: Service,
): object[] {
  const host = `${name}.test`;
  const portName = `tcp-metaprotocol-${protocol}`;
  const annotations = {
    "meltemi.dev/bind": `127.0.0.1:${listen}`,
    ...more,
    ...(codec && { "meltemi.dev/codec": JSON.stringify(codec) }),
  };
  const metadata = { name, namespace: "test" };
  const entry = {
    hosts: [host],
    ports: [{ number: PORT, name: portName, protocol: "TCP" }],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    endpoints: Object.entries(servers).map(([version, port]) => ({
      address: "127.0.0.1",
      ports: { [portName]: port },
      labels: { version },
    })),
  };
  const subsets = Object.keys(servers).map((version) => ({ name: version, labels: { version } }));
  const policy = trafficPolicy && { trafficPolicy };
  const all = [
    { apiVersion: ISTIO, kind: "ServiceEntry", metadata: { ...metadata, annotations }, spec: entry },
    { apiVersion: ISTIO, kind: "DestinationRule", metadata, spec: { host, subsets, ...policy } },
  ];
  if (routes === undefined) return all;
  const router = { apiVersion: "metaprotocol.aeraki.io/v1alpha1", kind: "MetaRouter", metadata };
  return [...all, { ...router, spec: { hosts: [host], routes } }];
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
