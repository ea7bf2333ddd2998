import { once } from "node:events";
import { createServer as createHttp1, type RequestListener } from "node:http";
import {
  createServer as createHttp2,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { ClusterSchema } from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { typeRegistry } from "../../../xds/index.js";
import { MemoryDuplex } from "../../bytes/index.js";
import { StatsStore } from "../../stats/index.js";
import { CONNECT_FAILURE_DETAILS, type HeaderPair, LiveCluster } from "../index.js";

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const REQUEST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/a/b"],
  [":scheme", "http"],
  [":authority", "a"],
  ["x-one", "1"],
  ["x-one", "2"],
];

/** A cluster with one endpoint, HTTP/2 or HTTP/1.1. */
function clusterOf(address: JsonValue, http2: boolean, more: Record<string, JsonValue> = {}, internal?: () => Duplex) {
  const stats = new StatsStore();
  const protocol = http2 ? { http2_protocol_options: {} } : { http_protocol_options: {} };
  const json: JsonValue = {
    name: "c",
    connect_timeout: "0.3s",
    load_assignment: { cluster_name: "c", endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: protocol,
      },
    },
    ...more,
  };
  const cluster = new LiveCluster(fromJson(ClusterSchema, json, { registry: typeRegistry }), {
    stats,
    internal: () => internal?.(),
    onDnsFailure: () => undefined,
  });
  closers.push(() => cluster.destroy());
  return { cluster, stats };
}

const tcp = (port: number): JsonValue => ({ socket_address: { address: "127.0.0.1", port_value: port } });
const internalAddress: JsonValue = { envoy_internal_address: { server_listener_name: "l", endpoint_id: "1" } };

/** Sends one request and collects its answer as a line. */
async function call(cluster: LiveCluster, body: string | null = "hello", headers = REQUEST): Promise<string> {
  const endpoint = cluster.pickEndpoint({});
  if (endpoint === undefined) throw new Error("no endpoint");
  return new Promise((resolve) => {
    let [status, text] = ["", ""];
    const stream = cluster.httpPool(endpoint).newStream(headers, body === null, {
      onHeaders: (received, endStream) => {
        status = received.map((pair) => pair.join("=")).join(" ");
        if (endStream) resolve(status);
      },
      onData: (bytes, endStream) => {
        text += Buffer.from(bytes).toString();
        if (endStream) resolve(`${status} | ${text}`);
      },
      onTrailers: (trailers) => resolve(`${status} | ${text} | ${trailers.map((pair) => pair.join("=")).join(" ")}`),
      onReset: (reason, _detail, neverSent) => resolve(`${reason}${neverSent ? ", never sent" : ""}`),
    });
    if (body !== null) stream.write(Buffer.from(body), true);
  });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function http2Server(
  onStream: (stream: ServerHttp2Stream, raw: string[]) => void,
): Promise<[number, Http2Server, Set<ServerHttp2Session>]> {
  const server = createHttp2();
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, _headers, _flags, raw?: string[]) => {
    stream.on("error", () => undefined);
    onStream(stream, raw ?? []);
  });
  const port = await listen(server);
  closers.push(() => {
    for (const session of sessions) session.destroy();
  });
  return [port, server, sessions];
}

function echo(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "x-two": ["a", "b"] }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "1" }));
  stream.pipe(stream);
}

test("HTTP/2: many requests share one connection, with repeated headers, bodies and trailers", async () => {
  const seen: string[][] = [];
  const [port] = await http2Server((stream, raw) => {
    seen.push(raw);
    echo(stream);
  });
  const { cluster, stats } = clusterOf(tcp(port), true);
  const answers = await Promise.all([1, 2, 3].map((n) => call(cluster, `hello ${n}`)));
  expect(answers.map((answer) => answer.replace(/ date=[^|]*/, " "))).toEqual(
    [1, 2, 3].map((n) => `:status=200 x-two=a x-two=b | hello ${n} | x-end=1`),
  );
  expect(seen[0]?.join(" ")).toContain("x-one 1 x-one 2");
  expect(stats.counter("cluster.c.upstream_cx_http2_total").value).toBe(1);
  expect(stats.gauge("cluster.c.upstream_rq_active").value).toBe(0);
});

test("HTTP/2: after GOAWAY running requests finish and new ones get a new connection", async () => {
  const streams: ServerHttp2Stream[] = [];
  const [port, , sessions] = await http2Server((stream) => streams.push(stream));
  const { cluster, stats } = clusterOf(tcp(port), true);
  const first = call(cluster);
  await expect.poll(() => streams.length).toBe(1);
  for (const session of sessions) session.goaway(0);
  await expect.poll(() => stats.counter("cluster.c.upstream_cx_close_notify").value).toBe(1);
  const second = call(cluster);
  await expect.poll(() => streams.length).toBe(2);
  for (const stream of streams) echo(stream);
  expect(await first).toContain("| hello |");
  expect(await second).toContain("| hello |");
  expect(stats.counter("cluster.c.upstream_cx_total").value).toBe(2);
  await expect.poll(() => stats.gauge("cluster.c.upstream_cx_active").value).toBe(1);
});

test("HTTP/2: a reset stream, a refused one and a lost connection are told apart", async () => {
  const [port, , sessions] = await http2Server((stream, raw) => {
    const path = raw[raw.indexOf(":path") + 1];
    if (path === "/reset") stream.close(2);
    else if (path === "/refuse") stream.close(7);
    else for (const session of sessions) session.destroy();
  });
  const { cluster } = clusterOf(tcp(port), true);
  const to = (path: string): HeaderPair[] => REQUEST.map(([name, value]) => [name, name === ":path" ? path : value]);
  expect(await call(cluster, "x", to("/reset"))).toBe("remote-reset");
  expect(await call(cluster, "x", to("/refuse"))).toBe("remote-refused-reset, never sent");
  expect(await call(cluster, "x", to("/lose"))).toBe("connection-termination");
});

test("HTTP/2 on an internal connection that its listener gives up: a connect failure, or a lost connection", async () => {
  for (const [details, expected] of [
    [`${CONNECT_FAILURE_DETAILS}: refused`, "connect-failure, never sent"],
    ["connect timeout", "connection-termination"],
  ] as const) {
    const { cluster } = clusterOf(internalAddress, true, {}, () => {
      const [near, far] = MemoryDuplex.pair();
      far.resume();
      far.once("data", () => {
        far.closeDetails = details;
        far.destroy();
      });
      return near;
    });
    expect(await call(cluster)).toBe(expected);
  }
});

for (const http2 of [true, false]) {
  const name = http2 ? "HTTP/2" : "HTTP/1.1";

  test(`${name}: a refused connection and an open circuit breaker are failures before anything was sent`, async () => {
    const probe = createHttp1();
    const port = await listen(probe);
    await new Promise((resolve) => probe.close(resolve));
    closers.pop();
    const { cluster, stats } = clusterOf(tcp(port), http2);
    expect(await call(cluster)).toBe("connect-failure, never sent");
    expect(stats.counter("cluster.c.upstream_cx_connect_fail").value).toBe(1);
    const limited = clusterOf(tcp(port), http2, { circuit_breakers: { thresholds: [{ max_requests: 0 }] } });
    expect(await call(limited.cluster)).toBe("overflow, never sent");
    expect(limited.stats.counter("cluster.c.upstream_rq_active_overflow").value).toBe(1);
  });
}

async function http1Server(onRequest: RequestListener): Promise<number> {
  const server = createHttp1(onRequest);
  closers.push(() => server.closeAllConnections());
  const port = await listen(server);
  return port;
}

test("HTTP/1.1: connections are kept and used again; lengths, chunks and lower-case names as Envoy writes them", async () => {
  const seen: string[] = [];
  const port = await http1Server((request, response) => {
    seen.push(request.rawHeaders.join(" "));
    request.on("end", () => response.end("ok"));
    request.resume();
  });
  const { cluster, stats } = clusterOf(tcp(port), false);
  for (let round = 0; round < 3; round++) {
    expect(await call(cluster)).toMatch(/^:status=200 .*\| ok$/);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await call(cluster, null)).toMatch(/\| ok$/);
  expect(stats.counter("cluster.c.upstream_cx_http1_total").value).toBe(1);
  expect(seen[0]?.toLowerCase()).toMatch(/^host a x-one 1 x-one 2 transfer-encoding chunked/);
  expect(seen[3]).toContain("content-length 0");
});

test("HTTP/1.1: an endpoint that closes in mid-response, or a kept connection, is not used again", async () => {
  let count = 0;
  const port = await http1Server((request, response) => {
    count += 1;
    if (count === 1) {
      response.writeHead(200, { "content-length": 10 });
      response.write("half", () => request.socket.destroy());
      return;
    }
    response.end("ok", () => request.socket.end());
  });
  const { cluster, stats } = clusterOf(tcp(port), false);
  expect(await call(cluster)).toBe("connection-termination");
  for (let round = 0; round < 3; round++) {
    await expect.poll(() => stats.gauge("cluster.c.upstream_cx_active").value).toBe(0);
    expect(await call(cluster)).toMatch(/\| ok$/);
  }
});

test("CONNECT waits in turn where max_connections is reached, tcp_proxy fails; past max_pending_requests both do", async () => {
  const server = createTcp().listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const { cluster, stats } = clusterOf(tcp((server.address() as AddressInfo).port), false, {
    circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: 2 }] },
  });
  const endpoint = cluster.pickEndpoint({});
  if (endpoint === undefined) throw new Error("no endpoint");
  const order: string[] = [];
  const connect = (name: string, waits: boolean) => {
    let cancel = (): void => undefined;
    const done = new Promise<Duplex | string>((resolve) => {
      cancel = cluster.tcpConnect(endpoint, { onConnected: resolve, onFailure: (reason) => resolve(reason) }, waits);
    });
    void done.then(() => order.push(name));
    return { done, cancel };
  };
  const pending = () => stats.gauge("cluster.c.upstream_rq_pending_active").value;

  const first = (await connect("first", true).done) as Duplex;
  expect(await connect("tcp_proxy", false).done).toBe("overflow");
  const gone = connect("gone", true);
  const second = connect("second", true);
  expect(await connect("third", true).done).toBe("overflow");
  expect(pending()).toBe(2);
  gone.cancel();
  const fourth = connect("fourth", true);
  first.destroy();
  ((await second.done) as Duplex).destroy();
  ((await fourth.done) as Duplex).destroy();
  expect(order).toEqual(["first", "tcp_proxy", "third", "second", "fourth"]);
  expect(pending()).toBe(0);
});
