import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type Host, type HostOptions, startHost } from "../index.js";

const closers: (() => Promise<void> | void)[] = [];

/** Ends everything that a test has started. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Adds something to end after the test. */
export function own(close: () => Promise<void> | void): void {
  closers.push(close);
}

/** A TCP server on a free port of loopback. */
export async function tcpServer(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  return listening(server);
}

/** Listens on a free port and ends with the test. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  own(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A host, ended with the test. */
export async function host(bootstrap: string, options: Partial<HostOptions> = {}): Promise<Host> {
  const started = await startHost({ bootstrap, ...options });
  own(() => started.close());
  await started.ready();
  return started;
}

/** A client connection that collects what comes. */
export async function client(port: number): Promise<{ socket: Socket; text: () => string; ended: Promise<void> }> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    socket.once("end", resolve);
    socket.once("close", resolve);
  });
  own(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return { socket, text: () => Buffer.concat(chunks).toString(), ended };
}

/** An admin page. */
export async function admin(host: Host, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${host.adminPort}${path}`);
  return response.text();
}

/** The value of a stat. */
export async function stat(host: Host, name: string): Promise<number> {
  const text = await admin(host, "/stats");
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}: `));
  return Number(line?.slice(name.length + 2) ?? Number.NaN);
}

/** Types by short name, as typed_config's "@type". */
export const TYPES = {
  tcpProxy: "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
  hcm: "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
  wasm: "type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm",
  router: "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
  setFilterState: "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
  originalDst: "type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
  internalUpstream:
    "type.googleapis.com/envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport",
  rawBuffer: "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
  http: "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
  typedStruct: "type.googleapis.com/xds.type.v3.TypedStruct",
} as const;

/** A bootstrap (JSON is YAML) of these listeners and clusters, with an admin port. */
export function bootstrapOf(listeners: object[], clusters: object[], more: object = {}): string {
  return JSON.stringify({
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
    static_resources: { listeners, clusters },
    ...more,
  });
}

/** A TCP listener on a free port. */
export function listener(name: string, filters: object[], more: object = {}): object {
  const address = { socket_address: { address: "127.0.0.1", port_value: 0 } };
  return { name, address, filter_chains: [{ filters }], ...more };
}

/** A filter by its configuration. */
export function filter(type: string, config: object): object {
  return { name: "f", typed_config: { "@type": type, ...config } };
}

/** A cluster with endpoints on loopback. */
export function cluster(name: string, ports: number[], more: object = {}): object {
  const lb_endpoints = ports.map((port_value) => ({
    endpoint: { address: { socket_address: { address: "127.0.0.1", port_value } } },
  }));
  return { name, type: "STATIC", load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints }] }, ...more };
}

/** The port of a listener that must be there. */
export function portOf(host: Host, name: string): number {
  const port = host.listenerPort(name);
  if (port === undefined) throw new Error(`no listener ${name}`);
  return port;
}
