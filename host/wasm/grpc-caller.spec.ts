import http2, { type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, fromJson, toBinary } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { GrpcServiceSchema } from "../../xds/gen/envoy/config/core/v3/grpc_service_pb.js";
import { StatsStore } from "../stats/index.js";
import { LiveCluster, LiveClusterManager } from "../upstream/index.js";
import { Status } from "../vm/index.js";
import { grpcCaller } from "./grpc-caller.js";

type Answer = (stream: ServerHttp2Stream, body: Buffer, headers: http2.IncomingHttpHeaders) => void;

const OK = { ":status": 200, "content-type": "application/grpc" };

/** A message of gRPC's, with its head. */
function framed(text: string, compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** Answers with these pieces, then with a status. */
const answering =
  (pieces: Buffer[], trailers: Record<string, string> = { "grpc-status": "0" }): Answer =>
  (stream) => {
    stream.respond(OK, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    for (const piece of pieces) stream.write(piece);
    stream.end();
  };

/** A caller whose cluster `limiter` is a server that answers so; all that comes of a call, in order. */
async function world(answer: Answer) {
  const server = http2.createServer();
  server.on("stream", (stream, headers) => {
    const body: Buffer[] = [];
    stream.on("error", () => undefined);
    stream.on("data", (piece: Buffer) => body.push(piece));
    stream.on("end", () => answer(stream, Buffer.concat(body), headers));
  });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clusters = new LiveClusterManager();
  const { port } = server.address() as AddressInfo;
  const address = { socketAddress: { address: "127.0.0.1", portValue: port } };
  for (const [name, endpoints] of [
    ["limiter", [{ lbEndpoints: [{ endpoint: { address } }] }]],
    ["empty", []],
  ] as const) {
    const config = { name, type: "STATIC", http2ProtocolOptions: {}, loadAssignment: { clusterName: name, endpoints } };
    const context = { stats: new StatsStore(), internal: () => undefined, onDnsFailure: () => undefined };
    clusters.put(new LiveCluster(fromJson(ClusterSchema, config as never), context));
  }
  onTestFinished(() => {
    clusters.destroy();
    for (const session of sessions) session.destroy();
    server.close();
  });
  const caller = grpcCaller(clusters);
  const open = (target: Uint8Array, timeoutMs?: number) => {
    const seen: string[] = [];
    let over: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      over = resolve;
    });
    const call = { target, service: "a.Service", method: "Ask", initialMetadata: [["x", "1"]] as const, timeoutMs };
    const channel = caller.open(call, Buffer.from("question"), {
      onInitialMetadata: () => seen.push("metadata"),
      onMessage: (bytes) => seen.push(`message ${Buffer.from(bytes)}`),
      onTrailingMetadata: () => seen.push("trailers"),
      onClose(status, words) {
        seen.push(`close ${status} ${words}`);
        over();
      },
    });
    return { channel, seen, closed };
  };
  /** Calls `limiter`; all that comes of it. */
  const all = async (timeoutMs?: number) => {
    const { seen, closed } = open(named("limiter"), timeoutMs);
    await closed;
    return seen;
  };
  return { open, all };
}

function named(clusterName: string, authority = ""): Uint8Array {
  const targetSpecifier = { case: "envoyGrpc", value: { clusterName, authority } } as const;
  return toBinary(GrpcServiceSchema, create(GrpcServiceSchema, { targetSpecifier }));
}

test("a call brings its message, and what comes back is told in order, however it is cut", async () => {
  let asked: unknown[] = [];
  const whole = Buffer.concat([framed("first"), framed(""), framed("third")]);
  const pieces = [...whole].map((byte) => Buffer.of(byte));
  const { open } = await world((stream, body, headers) => {
    asked = [
      headers[":path"],
      headers[":authority"],
      headers["content-type"],
      headers["te"],
      headers["x"],
      body.toString(),
    ];
    answering(pieces)(stream, body, headers);
  });
  const { seen, closed } = open(named("limiter", "a.test"));
  await closed;
  const question = framed("question").toString();
  expect(asked).toEqual(["/a.Service/Ask", "a.test", "application/grpc", "trailers", "1", question]);
  expect(seen).toEqual(["metadata", "message first", "message ", "message third", "trailers", "close 0 via_upstream"]);
});

test("a cluster's bare name will do", async () => {
  const { open } = await world(answering([framed("x")]));
  const { seen, closed } = open(Buffer.from("limiter"));
  await closed;
  expect(seen.at(-1)).toBe("close 0 via_upstream");
});

test("a status is passed on, with its words", async () => {
  const { all } = await world(answering([], { "grpc-status": "5", "grpc-message": "none" }));
  expect((await all()).at(-1)).toBe("close 5 none{via_upstream}");
});

test("a status may come in the place of everything else", async () => {
  const { all } = await world((stream) => stream.respond({ ...OK, "grpc-status": "16" }, { endStream: true }));
  expect(await all()).toEqual(["metadata", "trailers", "close 16 via_upstream"]);
});

test.each<[string, Answer, string]>([
  [
    "another HTTP status",
    (stream) => stream.respond({ ":status": 503 }, { endStream: true }),
    "close 2 HTTP status 503",
  ],
  ["no status", answering([], {}), "close 2"],
  ["a compressed message", answering([framed("x", 1)]), "close 13"],
  ["a message that declares too much", answering([Buffer.from([0, 0xff, 0xff, 0xff, 0xff])]), "close 13"],
  ["a reset", (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), "close 14"],
])("%s ends the call", async (_, answer, end) => {
  const { all } = await world(answer);
  const seen = await all();
  expect(seen.filter((line) => line.startsWith("close"))).toEqual([expect.stringContaining(end)]);
});

test("too late is too late, and the stream is given up", async () => {
  let reset: Promise<unknown> = Promise.resolve();
  const { all } = await world((stream) => {
    reset = new Promise((resolve) => stream.on("close", resolve));
  });
  const started = Date.now();
  expect(await all(50)).toEqual(["metadata", "trailers", "close 14 upstream request timeout{response_timeout}"]);
  expect(Date.now() - started).toBeGreaterThanOrEqual(45);
  await reset;
});

test("a call that is cancelled is heard of no more", async () => {
  const { open } = await world(answering([framed("x")]));
  const { channel, seen } = open(named("limiter"));
  if (typeof channel === "number") throw new Error("it did not start");
  channel.cancel();
  const { closed } = open(named("limiter"));
  await closed;
  expect(seen).toEqual([]);
});

test("without a cluster nothing starts, and without an endpoint it ends at once", async () => {
  const { open } = await world(answering([]));
  expect(open(named("nowhere")).channel).toBe(Status.InternalFailure);
  expect(open(toBinary(GrpcServiceSchema, create(GrpcServiceSchema, {}))).channel).toBe(Status.ParseFailure);
  const { channel, seen } = open(named("empty"));
  expect(channel).toBe(Status.InternalFailure);
  expect(seen).toEqual(["metadata", "trailers", "close 14 no healthy upstream{no_healthy_upstream}"]);
});
