import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, it, onTestFinished } from "vitest";
import { client, request, startBackend, startWorld, until } from "./world.support.js";

const to = (prefix: string, route: object = {}) => ({
  match: { prefix },
  route: { cluster: "c", timeout: "0s", ...route },
});

/** A TCP server that echoes in capitals and ends after the client's end; `reset` makes it reset. */
async function startEcho(): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (data.includes("reset")) socket.resetAndDestroy();
      else socket.write(data.toString().toUpperCase());
    });
    socket.on("end", () => socket.end("bye"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function fileLog(path: string, logFormat: JsonObject) {
  const type = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog";
  return { name: "file", typedConfig: { "@type": type, path, logFormat } };
}

describe("connections", () => {
  it("drain as Envoy's do: a notice, requests still answered, the last word, the end", async () => {
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port] },
      routes: [to("/")],
      manager: { commonHttpProtocolOptions: { maxConnectionDuration: "0.2s" }, drainTimeout: "0.3s" },
    });
    // A plain connection, because node's client stops at the first GOAWAY.
    const seen: { type: number; lastStream: number }[] = [];
    const frames = await rawClient(world.port, (type, payload) => {
      if (type === 7) seen.push({ type, lastStream: payload.readUInt32BE(0) });
    });
    frames.request(1);
    await until(() => seen.length === 1);
    frames.request(3);
    await frames.closed;
    // node says the last word again when it closes.
    expect([...new Set(seen.map((frame) => frame.lastStream))]).toEqual([2 ** 31 - 1, 3]);
    expect(backend.received.length).toBe(2);
    expect(world.stats("http.t.downstream_cx_max_duration_reached")).toBe(1);
    expect(world.stats("http.t.downstream_cx_drain_close")).toBe(1);
  });

  it("answer PING at once", async () => {
    const world = await startWorld({ clusters: {}, routes: [] });
    const session = client(world.port);
    await new Promise<void>((resolve, reject) =>
      session.once("connect", () => session.ping((error) => (error ? reject(error) : resolve()))),
    );
  });

  it("take as many headers as configured, and refuse more on their stream only", async () => {
    const backend = await startBackend();
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`x-${index}`, "v"]));
    const world = await startWorld({
      clusters: { c: [backend.port] },
      routes: [to("/")],
      manager: { commonHttpProtocolOptions: { maxHeadersCount: 901 }, maxRequestHeadersKb: 512 },
    });
    const session = client(world.port);
    expect((await request(session, "/", many)).status).toBe(200);
    expect(backend.received[0]?.headers.length).toBe(2 * (900 + 5));
    const refused = await request(session, "/", { ...many, a: "1", b: "1", c: "1" });
    expect(refused.status).toBe(undefined);
    expect((await request(session, "/")).status).toBe(200);
  });

  it("a protocol error closes the connection and is counted", async () => {
    const world = await startWorld({ clusters: {}, routes: [], manager: { codecType: "HTTP2" } });
    const socket = net.connect(world.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("this is no HTTP/2 preface at all, is it?\r\n\r\n");
    socket.resume();
    await new Promise((resolve) => socket.on("close", resolve));
    await until(() => world.stats("http.t.downstream_cx_protocol_error") === 1);
    expect(world.stats("http.t.downstream_cx_destroy")).toBe(1);
  });

  it("a client that does not read stops the backend", async () => {
    const backend = await startBackend();
    const world = await startWorld({ clusters: { c: [backend.port] }, routes: [to("/")] });
    const stream = client(world.port).request({ ":path": "/big", ":authority": "svc" });
    await new Promise((resolve) => stream.on("response", resolve));
    stream.pause();
    await new Promise((resolve) => setTimeout(resolve, 100));
    let length = 0;
    stream.on("data", (chunk: Buffer) => {
      length += chunk.length;
    });
    stream.resume();
    await new Promise((resolve) => stream.on("end", resolve));
    expect(length).toBe(1 << 20);
  });
});

describe("CONNECT streams", () => {
  async function tunnel(ports: number[]) {
    const route = { cluster: "c", timeout: "0s", upgradeConfigs: [{ upgradeType: "CONNECT", connectConfig: {} }] };
    const world = await startWorld({
      clusters: { c: ports },
      routes: [{ match: { connectMatcher: {} }, route }],
      manager: { http2ProtocolOptions: { allowConnect: true }, upgradeConfigs: [{ upgradeType: "CONNECT" }] },
    });
    const stream = client(world.port).request({ ":method": "CONNECT", ":authority": "svc:1" }, { endStream: false });
    let text = "";
    stream.on("data", (chunk) => {
      text += chunk;
    });
    stream.on("error", () => undefined);
    const status = new Promise<number | undefined>((resolve) => stream.on("response", (h) => resolve(h[":status"])));
    return { stream, status, closed: new Promise((resolve) => stream.on("close", resolve)), text: () => text };
  }

  it("carry bytes both ways, and END_STREAM sends FIN", async () => {
    const { stream, status, closed, text } = await tunnel([await startEcho()]);
    stream.write("early");
    expect(await status).toBe(200);
    await until(() => text() === "EARLY");
    stream.end("more");
    await closed;
    expect([text(), stream.rstCode]).toEqual(["EARLYMOREbye", http2.constants.NGHTTP2_NO_ERROR]);
  });

  it("are reset when the backend resets", async () => {
    const { stream, status, closed } = await tunnel([await startEcho()]);
    expect(await status).toBe(200);
    stream.write("reset");
    await closed;
    expect(stream.rstCode).not.toBe(0);
  });
});

/** The least of an HTTP/2 client: sends GET requests, shows frames. */
async function rawClient(port: number, onFrame: (type: number, payload: Buffer) => void) {
  const socket = net.connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.on("connect", resolve));
  const frame = (type: number, flags: number, stream: number, payload: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    socket.write(Buffer.concat([head, payload]));
  };
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  frame(4, 0, 0, Buffer.alloc(0));
  frame(4, 1, 0, Buffer.alloc(0));
  let pending = Buffer.alloc(0);
  socket.on("data", (data) => {
    pending = Buffer.concat([pending, data]);
    while (pending.length >= 9 && pending.length >= 9 + pending.readUIntBE(0, 3)) {
      const end = 9 + pending.readUIntBE(0, 3);
      onFrame(pending.readUInt8(3), pending.subarray(9, end));
      pending = pending.subarray(end);
    }
  });
  // HPACK: :method GET, :scheme http, :path /, and :authority "a" as a literal.
  const block = Buffer.from([0x82, 0x86, 0x84, 0x01, 0x01, 0x61]);
  return {
    request: (stream: number) => frame(1, 0x5, stream, block),
    closed: new Promise((resolve) => socket.on("close", resolve)),
  };
}

describe("configuration", () => {
  it("routes that come with the listener must name clusters that are there", async () => {
    const routeConfig = { name: "r", virtualHosts: [{ name: "v", domains: ["*"], routes: [to("/")] }] };
    const started = startWorld({ clusters: {}, routes: [], manager: { routeConfig } });
    await expect(started).rejects.toThrow(/typed_config\.route_config: route: unknown cluster 'c'/);
  });

  it("fields that are not implemented are refused with their path", async () => {
    const started = startWorld({ clusters: {}, routes: [], manager: { localReplyConfig: { mappers: [] } } });
    await expect(started).rejects.toThrow(/filters\[0\]\.typed_config\.local_reply_config: not implemented/);
    // node:http2 drops METADATA frames, so no module would see one.
    const http2ProtocolOptions = { allowMetadata: true };
    const telling = startWorld({ clusters: {}, routes: [], manager: { http2ProtocolOptions } });
    await expect(telling).rejects.toThrow(/typed_config\.http2_protocol_options\.allow_metadata: not implemented/);
  });

  it("access logs write what Envoy writes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "meltemi-log-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "access.log");
    const inlineString = "%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_CLUSTER%\n";
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port], empty: [] },
      routes: [to("/ok"), to("/empty", { cluster: "empty" })],
      manager: { accessLog: [fileLog(path, { textFormatSource: { inlineString } })] },
    });
    const session = client(world.port);
    for (const target of ["/ok", "/ok/kill", "/empty", "/none"]) await request(session, target);
    await until(() => readFileSync(path, "utf8").split("\n").length === 5);
    expect(readFileSync(path, "utf8").split("\n")).toEqual([
      "/ok 200 - via_upstream c",
      "/ok/kill 503 UC upstream_reset_before_response_started{connection_termination} c",
      "/empty 503 UH no_healthy_upstream empty",
      "/none 404 NR route_not_found -",
      "",
    ]);
  });

  it("JSON access logs keep the types of single commands", async () => {
    const folder = mkdtempSync(join(tmpdir(), "meltemi-log-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "access.log");
    const backend = await startBackend();
    const jsonFormat = {
      path: "%REQ(:PATH)%",
      code: "%RESPONSE_CODE%",
      took: "%DURATION%",
      missing: "%REQ(X-NONE)%",
      mixed: "é %RESPONSE_FLAGS% %REQ(X-NONE)%",
      cut: "%REQ(:PATH):2%",
      within: { list: ["%UPSTREAM_CLUSTER%", 7, true] },
    };
    const world = await startWorld({
      clusters: { c: [backend.port] },
      routes: [to("/ok")],
      manager: { accessLog: [fileLog(path, { jsonFormat })] },
    });
    const session = client(world.port);
    for (const target of ["/ok", "/none"]) await request(session, target);
    await until(() => readFileSync(path, "utf8").split("\n").length === 3);
    const [ok, none] = readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const took = expect.any(Number);
    const within = { list: ["c", 7, true] };
    expect(ok).toEqual({ path: "/ok", code: 200, took, missing: null, mixed: "é - -", cut: "/o", within });
    expect(none).toMatchObject({ path: "/none", code: 404, mixed: "é NR -", within: { list: [null, 7, true] } });
  });
});
