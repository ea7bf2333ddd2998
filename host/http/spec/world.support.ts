import http2, { type ClientHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { onTestFinished } from "vitest";
import { ClusterSchema } from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ListenerSchema } from "../../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { typeRegistry } from "../../../xds/index.js";
import { ListenerManager, type ListenerServices } from "../../network/index.js";
import { StatsStore } from "../../stats/index.js";
import { LiveCluster, LiveClusterManager } from "../../upstream/index.js";
import { createVmRegistry } from "../../vm/index.js";
import { httpConnectionManager } from "../index.js";

const url = (name: string) => `type.googleapis.com/${name}`;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A proxy of the real parts: one listener with a connection manager, and clusters. */
export interface World {
  readonly port: number;
  readonly stats: (name: string) => number | undefined;
}

export interface WorldOptions {
  readonly routes: JsonObject[];
  /** Ports by cluster name; several are several endpoints. */
  readonly clusters: Record<string, number[]>;
  readonly manager?: JsonObject;
  readonly upstreamHttp2?: boolean;
  readonly filters?: JsonObject[];
  readonly router?: JsonObject;
}

/** Starts it on a free port; ends with the test. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stats = new StatsStore();
  const clusters = new LiveClusterManager();
  for (const [name, ports] of Object.entries(options.clusters)) {
    clusters.put(
      new LiveCluster(fromJson(ClusterSchema, cluster(name, ports, options.upstreamHttp2 ?? true), registry), {
        stats,
        internal: () => undefined,
        onDnsFailure: () => undefined,
      }),
    );
  }
  const wasm = createVmRegistry({ log: () => undefined });
  const nothing = () => {
    throw new Error("no discovery here");
  };
  const services: ListenerServices = {
    stats,
    clusters,
    node: { id: "test", cluster: "test", metadata: {} },
    logger: quiet,
    wasm,
    runtime: { integer: (_, fallback) => fallback },
    discovery: {
      routeConfig: nothing,
      secret: () => {
        throw new Error("no SDS here");
      },
      extensionConfig: nothing,
    },
    filters: new Map([[httpConnectionManager.typeName, httpConnectionManager]]),
  };
  const listeners = new ListenerManager(services);
  const { ready } = await listeners.put(fromJson(ListenerSchema, listener(options), registry));
  await ready;
  onTestFinished(() => {
    listeners.close();
    clusters.destroy();
    wasm.close();
  });
  const port = listeners.all[0]?.port ?? 0;
  return { port, stats: (name) => stats.counter(name).value };
}

const registry = { registry: typeRegistry };

function cluster(name: string, ports: number[], http2Upstream: boolean): JsonValue {
  const endpoint = (port: number) => ({
    endpoint: { address: { socketAddress: { address: "127.0.0.1", portValue: port } } },
  });
  return {
    name,
    type: "STATIC",
    connectTimeout: "1s",
    loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: ports.map(endpoint) }] },
    ...(http2Upstream && {
      typedExtensionProtocolOptions: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": url("envoy.extensions.upstreams.http.v3.HttpProtocolOptions"),
          explicitHttpConfig: { http2ProtocolOptions: {} },
        },
      },
    }),
  };
}

function listener({ routes, manager, filters, router }: WorldOptions): JsonValue {
  return {
    name: "test",
    address: { socketAddress: { address: "127.0.0.1", portValue: 0 } },
    filterChains: [
      {
        filters: [
          {
            name: "hcm",
            typedConfig: {
              "@type": url("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
              statPrefix: "t",
              codecType: "AUTO",
              generateRequestId: false,
              serverHeaderTransformation: "PASS_THROUGH",
              routeConfig: {
                name: "r",
                validateClusters: false,
                virtualHosts: [{ name: "v", domains: ["*"], routes }],
              },
              httpFilters: [
                ...(filters ?? []),
                {
                  name: "router",
                  typedConfig: {
                    "@type": url("envoy.extensions.filters.http.router.v3.Router"),
                    suppressEnvoyHeaders: true,
                    ...router,
                  },
                },
              ],
              ...manager,
            },
          },
        ],
      },
    ],
  };
}

/** A response as the client saw it. */
export interface Seen {
  readonly status: number | undefined;
  readonly headers: string[];
  readonly body: string;
  readonly rst: number | undefined;
  readonly error: string | undefined;
  readonly trailers: string[] | undefined;
}

export function client(port: number): ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on("error", () => undefined);
  onTestFinished(() => session.destroy());
  return session;
}

export function request(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string | string[]> = {},
  body?: string | Buffer,
): Promise<Seen> {
  const pseudo = { ":method": body === undefined ? "GET" : "POST", ":path": path, ":authority": "svc" };
  const stream = session.request({ ...pseudo, ...headers }, { endStream: body === undefined });
  return new Promise((resolve) => {
    let seen: string[] = [];
    let trailers: string[] | undefined;
    let error: string | undefined;
    const chunks: Buffer[] = [];
    stream.on("response", (_headers, _flags, raw?: string[]) => {
      seen = raw ?? [];
    });
    stream.on("trailers", (_headers, _flags, raw?: string[]) => {
      trailers = raw;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", (problem: Error) => {
      error = problem.message;
    });
    stream.on("close", () => {
      const status = seen[seen.indexOf(":status") + 1];
      resolve({
        status: status === undefined ? undefined : Number(status),
        headers: seen,
        body: Buffer.concat(chunks).toString("latin1"),
        rst: stream.rstCode,
        error,
        trailers,
      });
    });
    if (body !== undefined) stream.end(body);
  });
}

/** A request as a backend saw it. */
export interface Received {
  readonly headers: string[];
  readonly body: Buffer;
  readonly path: string;
}

export interface Backend {
  readonly port: number;
  readonly received: Received[];
}

/**
 * An HTTP/2 backend that does what the path says: `hang`, `reset`, `refuse`, `kill`, `late-reset`, `500`, `big`,
 * `trailers`; otherwise it answers with what it got.
 */
export async function startBackend(name = "backend"): Promise<Backend> {
  const received: Received[] = [];
  const server = http2.createServer({ maxHeaderListPairs: 2000 });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, _headers, _flags, raw: string[] = []) => {
    stream.on("error", () => undefined);
    const path = raw[raw.indexOf(":path") + 1] ?? "";
    if (path.includes("reset-now")) return stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    if (path.includes("refuse")) return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    if (path.includes("kill")) return stream.session?.destroy();
    if (path.includes("late-reset")) {
      stream.respond({ ":status": 200 });
      stream.write("part");
      setTimeout(() => stream.destroy(new Error("late")), 30);
      return;
    }
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      received.push({ headers: raw, body: Buffer.concat(chunks), path });
      if (path.includes("hang")) return;
      const options = { sendDate: false, waitForTrailers: path.includes("trailers") };
      stream.respond({ ":status": path.includes("500") ? 500 : 200, "x-dup": ["a", "b"], "x-name": name }, options);
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "1" }));
      stream.end(path.includes("big") ? Buffer.alloc(1 << 20, "x") : Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received };
}

/** A port on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = http2.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 400) throw new Error("the condition never held");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
