import http from "node:http";
import { describe, expect, it } from "vitest";
import { client, refusedPort, request, startBackend, startWorld, until } from "./world.support.js";

const to = (prefix: string, route: object = {}) => ({
  match: { prefix },
  route: { cluster: "c", timeout: "0s", ...route },
});

describe("requests pass through", () => {
  it("with the headers that Envoy adds, duplicates in order, bytes beyond ASCII unchanged", async () => {
    const backend = await startBackend();
    const world = await startWorld({ routes: [to("/")], clusters: { c: [backend.port] } });
    const headers = { "x-b": "\u00ff\u00e9", "x-l": ["1", "2"], "x-envoy-retry-on": "5xx" };
    const seen = await request(client(world.port), "/ok?q=1", headers, "hello");
    expect(backend.received[0]?.headers).toEqual([
      ...[":method", "POST", ":path", "/ok?q=1", ":authority", "svc", ":scheme", "http"],
      ...["x-b", "\u00ff\u00e9", "x-l", "1", "x-l", "2", "x-forwarded-proto", "http"],
    ]);
    expect(seen.headers.slice(0, 8)).toEqual([":status", "200", "x-dup", "a", "x-dup", "b", "x-name", "backend"]);
    expect(seen.headers[8]).toBe("date");
    expect([seen.headers.length, seen.body, seen.rst]).toEqual([10, "hello", 0]);
  });

  it("with bodies and trailers both ways, and back-pressure", async () => {
    const backend = await startBackend();
    const world = await startWorld({ routes: [to("/")], clusters: { c: [backend.port] } });
    const body = Buffer.alloc(3 << 20, "abc");
    const session = client(world.port);
    const seen = await request(session, "/", {}, body);
    expect([seen.body.length, backend.received[0]?.body.equals(body)]).toEqual([body.length, true]);
    const trailed = await request(session, "/trailers", { te: "trailers" }, "x");
    expect(trailed.trailers).toEqual(["x-end", "1"]);
  });

  it("many at once on one upstream connection", async () => {
    const backend = await startBackend();
    const world = await startWorld({ routes: [to("/")], clusters: { c: [backend.port] } });
    const session = client(world.port);
    const bodies = await Promise.all(
      Array.from({ length: 200 }, (_, index) => request(session, "/", {}, `n${index}`).then((seen) => seen.body)),
    );
    expect(bodies).toEqual(Array.from({ length: 200 }, (_, index) => `n${index}`));
    expect(world.stats("cluster.c.upstream_cx_total")).toBe(1);
    expect(world.stats("http.t.downstream_rq_2xx")).toBe(200);
    expect(world.stats("cluster.c.upstream_rq_200")).toBe(200);
  });

  it("from HTTP/1.1 clients, keep-alive and chunked", async () => {
    const backend = await startBackend();
    const world = await startWorld({ routes: [to("/")], clusters: { c: [backend.port] } });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (body?: string) =>
      new Promise<{ headers: string[]; body: string }>((resolve, reject) => {
        const options = { port: world.port, host: "127.0.0.1", path: "/x", agent, method: body ? "POST" : "GET" };
        const sent = http.request(options, (response) => {
          let text = "";
          response.on("data", (chunk) => {
            text += chunk;
          });
          response.on("end", () => resolve({ headers: response.rawHeaders, body: text }));
        });
        sent.on("error", reject);
        sent.end(body);
      });
    expect((await ask("hello")).body).toBe("hello");
    const second = await ask();
    agent.destroy();
    expect(second.headers.filter((_, index) => index % 2 === 0)).toEqual([
      ...["x-dup", "x-dup", "x-name", "date", "transfer-encoding"],
    ]);
    expect(backend.received[1]?.headers.slice(0, 8)).toEqual([
      ...[":authority", `127.0.0.1:${world.port}`, ":path", "/x", ":method", "GET", ":scheme", "http"],
    ]);
  });
});

describe("what fails is answered in Envoy's words", () => {
  it.each([
    ["/none", 404, ""],
    ["/missing", 503, ""],
    ["/empty", 503, "no healthy upstream"],
    [
      "/refused",
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure",
    ],
    ["/ok/reset-now", 503, "upstream connect error or disconnect/reset before headers. reset reason: remote reset"],
    [
      "/ok/refuse",
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: remote refused stream reset",
    ],
    [
      "/ok/kill",
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    ],
    ["/direct", 403, "no"],
    ["/timeout/hang", 504, "upstream request timeout"],
    ["/per-try/hang", 504, "upstream request timeout"],
    ["/duration/hang", 504, "downstream duration timeout"],
    ["/idle/hang", 504, "stream timeout"],
  ])("%s: %i %s", async (path, status, body) => {
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port], empty: [], refused: [await refusedPort()] },
      routes: [
        to("/ok"),
        to("/missing", { cluster: "missing" }),
        to("/empty", { cluster: "empty" }),
        to("/refused", { cluster: "refused" }),
        { match: { prefix: "/direct" }, directResponse: { status: 403, body: { inlineString: "no" } } },
        to("/timeout", { timeout: "0.1s" }),
        to("/per-try", { retryPolicy: { retryOn: "5xx", numRetries: 1, perTryTimeout: "0.05s" } }),
        to("/duration", { maxStreamDuration: { maxStreamDuration: "0.1s" } }),
        to("/idle", { idleTimeout: "0.1s" }),
      ],
    });
    const seen = await request(client(world.port), path);
    expect([seen.status, seen.body, seen.rst]).toEqual([status, body, 0]);
    const names = seen.headers.filter((_, index) => index % 2 === 0);
    expect(names).toEqual(body === "" ? [":status", "date"] : [":status", "content-length", "content-type", "date"]);
  });

  it("a reset after the response began resets the client's stream", async () => {
    const backend = await startBackend();
    const world = await startWorld({ routes: [to("/")], clusters: { c: [backend.port] } });
    const seen = await request(client(world.port), "/late-reset");
    expect([seen.status, seen.body, seen.rst]).toEqual([200, "part", 2]);
  });

  it("a client that leaves takes its request along", async () => {
    const backend = await startBackend();
    const world = await startWorld({ routes: [to("/")], clusters: { c: [backend.port] } });
    const stream = client(world.port).request({ ":path": "/hang", ":authority": "svc" });
    stream.on("error", () => undefined);
    stream.end();
    await until(() => backend.received.length === 1);
    stream.close(8);
    await until(() => world.stats("cluster.c.upstream_rq_tx_reset") === 1);
    expect(world.stats("http.t.downstream_rq_rx_reset")).toBe(1);
  });

  it("an answer to a request that is not complete asks for no more of it", async () => {
    const world = await startWorld({ routes: [], clusters: {} });
    const stream = client(world.port).request({ ":method": "POST", ":path": "/", ":authority": "svc" });
    const closed = new Promise<number | undefined>((resolve) => stream.on("close", () => resolve(stream.rstCode)));
    stream.on("error", () => undefined);
    stream.resume();
    expect(await closed).toBe(0);
  });
});

describe("retries, mirrors, deadlines", () => {
  it("tries another time with the same bytes", async () => {
    const backend = await startBackend();
    const retryPolicy = { retryOn: "connect-failure", numRetries: 5 };
    const world = await startWorld({
      clusters: { c: [await refusedPort(), backend.port] },
      routes: [to("/", { retryPolicy })],
    });
    const session = client(world.port);
    const bodies = await Promise.all(["a", "b", "c"].map((body) => request(session, "/", {}, body)));
    expect(bodies.map(({ status, body }) => [status, body])).toEqual([
      [200, "a"],
      [200, "b"],
      [200, "c"],
    ]);
    expect(world.stats("cluster.c.upstream_rq_retry")).toBeGreaterThan(0);
  });

  it("gives the last response when retries are used up", async () => {
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port] },
      routes: [to("/", { retryPolicy: { retryOn: "5xx", numRetries: 2 } })],
    });
    const session = client(world.port);
    const seen = await request(session, "/500", {}, "five");
    expect([seen.status, seen.body, backend.received.length]).toEqual([500, "five", 3]);
    const gone = await request(session, "/kill");
    expect(gone.body).toContain("retried and the latest reset reason: connection termination");
    expect(world.stats("cluster.c.upstream_rq_retry_limit_exceeded")).toBe(2);
  });

  it("mirrors the same bytes and never shows the mirror's answer", async () => {
    const [backend, mirror] = [await startBackend("real"), await startBackend("mirror")];
    const requestMirrorPolicies = [{ cluster: "m", disableShadowHostSuffixAppend: true }, { cluster: "gone" }];
    const world = await startWorld({
      clusters: { c: [backend.port], m: [mirror.port], gone: [await refusedPort()] },
      routes: [to("/", { requestMirrorPolicies })],
    });
    const body = Buffer.alloc(200_000, "m");
    const seen = await request(client(world.port), "/500", { "x-a": "1" }, body);
    await until(() => mirror.received.length === 1);
    expect(seen.headers).toContain("real");
    expect(mirror.received[0]?.body.equals(body)).toBe(true);
    expect(mirror.received[0]?.headers).toEqual(backend.received[0]?.headers);
  });

  it("heeds a deadline in the request, from internal requests only", async () => {
    const backend = await startBackend();
    const ranges = [{ addressPrefix: "0.0.0.0", prefixLen: 0 }];
    const internal = {
      useRemoteAddress: true,
      skipXffAppend: true,
      internalAddressConfig: { cidrRanges: ranges },
    };
    const options = { routes: [to("/")], clusters: { c: [backend.port] } };
    const deadline = { "x-envoy-upstream-rq-timeout-ms": "50" };
    const inside = await startWorld({ ...options, manager: internal });
    expect((await request(client(inside.port), "/hang", deadline)).status).toBe(504);
    expect(backend.received[0]?.headers.slice(8)).toEqual(["x-forwarded-proto", "http", "x-envoy-internal", "true"]);
    const outside = await startWorld(options);
    expect((await request(client(outside.port), "/", deadline)).status).toBe(200);
    expect(backend.received[1]?.headers).not.toContain("x-envoy-upstream-rq-timeout-ms");
  });

  it("splits by weight", async () => {
    const [one, two] = [await startBackend("one"), await startBackend("two")];
    const clusters = [
      { name: "one", weight: 30 },
      { name: "two", weight: 70 },
    ];
    const world = await startWorld({
      clusters: { one: [one.port], two: [two.port] },
      routes: [{ match: { prefix: "/" }, route: { weightedClusters: { clusters } } }],
    });
    const session = client(world.port);
    await Promise.all(Array.from({ length: 400 }, () => request(session, "/")));
    // Six standard deviations around 120.
    expect(Math.abs(one.received.length - 120)).toBeLessThan(55);
    expect(one.received.length + two.received.length).toBe(400);
  });
});
