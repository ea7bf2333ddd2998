import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encode, type Frame, Kind, parse } from "../../../examples/awesomerpc/index.js";
import { bridgeModule, Host } from "../host.support.js";

const REQUEST = encode({
  kind: Kind.request,
  id: 9n,
  service: "s",
  method: "m",
  headers: [],
  payload: Buffer.alloc(40),
});
const ONE_WAY = encode({
  kind: Kind.oneWay,
  id: 9n,
  service: "s",
  method: "m",
  headers: [],
  payload: Buffer.alloc(40),
});

/** A request as Envoy's HTTP/1.1 client writes it, its body in chunks of these sizes. */
function chunked(body: Buffer, sizes: readonly number[], headers: readonly string[] = []): Buffer {
  const parts: Buffer[] = [
    Buffer.from(["POST /s/m HTTP/1.1", "host: s", ...headers, "transfer-encoding: chunked", "", ""].join("\r\n")),
  ];
  for (let at = 0, i = 0; at < body.length; i++) {
    const chunk = body.subarray(at, at + (sizes[i % sizes.length] ?? body.length));
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
    at += chunk.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

function sized(body: Buffer, headers: readonly string[] = []): Buffer {
  const head = ["POST /s/m HTTP/1.1", "host: s", ...headers, `content-length: ${body.length}`, "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head), body]);
}

function response(status: number): Buffer {
  return encode({
    kind: Kind.response,
    id: 9n,
    status,
    headers: [["Served-By", "me"]],
    payload: Buffer.from("answer"),
  });
}

function headOf(http: Buffer): string[] {
  return http.subarray(0, http.indexOf("\r\n\r\n")).toString().split("\r\n");
}

const bodyOf = (http: Buffer): Buffer => http.subarray(http.indexOf("\r\n\r\n") + 4);

describe("egress with one request at a time", () => {
  let module: WebAssembly.Module;
  let withoutHeartbeat: WebAssembly.Module;
  let host: Host;
  let connection: number;

  beforeAll(async () => {
    module = await bridgeModule();
    withoutHeartbeat = await bridgeModule("");
  });

  const open = (from: WebAssembly.Module): void => {
    host = new Host(from);
    expect(host.configure({ role: "egress", mode: "plain" })).toBe(true);
    connection = host.connect();
  };

  beforeEach(() => open(module));

  it("unpacks requests, in chunks or whole, cut anywhere", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.option(sizes), fc.integer({ min: 1, max: 50 }), (chunks, piece) => {
        const http = chunks ? chunked(REQUEST, chunks) : sized(REQUEST);
        const out: Buffer[] = [];
        for (let at = 0; at < http.length; at += piece)
          out.push(host.downstream(connection, http.subarray(at, at + piece)));
        expect(Buffer.concat(out).equals(REQUEST)).toBe(true);
        const answer = host.upstream(connection, response(0));
        expect(bodyOf(answer).equals(response(0))).toBe(true);
      }),
    );
  });

  it.each([
    [0, "HTTP/1.1 200 "],
    [1, "HTTP/1.1 200 "],
    [2, "HTTP/1.1 400 "],
    [5, "HTTP/1.1 504 "],
    [9, "HTTP/1.1 500 "],
  ])("shows the outcome of status %i as %s", (status, line) => {
    host.downstream(connection, sized(REQUEST));
    const head = headOf(host.upstream(connection, response(status)));
    expect(head[0]).toBe(line);
    expect(head).toContain(`x-meltemi-code: ${status}`);
    expect(head).toContain("served-by: me");
    expect(head.some((header) => /^x-meltemi-digest: [0-9a-f]{16}$/.test(header))).toBe(true);
    expect(head.includes("x-meltemi-outcome: business-error")).toBe(status === 1);
  });

  it("answers a one-way request when the heartbeat behind it is answered", () => {
    const sent = host.downstream(connection, sized(ONE_WAY, ["x-meltemi-kind: oneway"]));
    expect(sent.subarray(0, ONE_WAY.length).equals(ONE_WAY)).toBe(true);
    const ping: Frame = parse(sent.subarray(ONE_WAY.length));
    expect(ping.kind).toBe(Kind.ping);
    const head = headOf(host.upstream(connection, encode({ kind: Kind.pong, id: ping.id })));
    expect(head[0]).toBe("HTTP/1.1 200 ");
    expect(head).toContain("x-meltemi-kind: oneway");
  });

  it("closes behind a one-way request where there is no heartbeat, its bytes sent", () => {
    open(withoutHeartbeat);
    const sent = host.downstream(connection, sized(ONE_WAY, ["x-meltemi-kind: oneway"]));
    expect(sent.equals(ONE_WAY)).toBe(true);
    expect(host.tickPeriod).toBeGreaterThan(0);
    host.tick();
    expect(host.closed.size).toBe(0);
    host.tick();
    expect([...host.closed]).toEqual([connection]);
    expect(host.tickPeriod).toBe(0);
  });

  it("lets no late closing reach a connection that is gone", () => {
    open(withoutHeartbeat);
    host.downstream(connection, sized(ONE_WAY, ["x-meltemi-kind: oneway"]));
    host.delete(connection);
    host.tick();
    host.tick();
    expect(host.closed.size).toBe(0);
  });

  it("closes on answers that nobody asked for", () => {
    host.upstream(connection, response(0));
    expect(host.closed.has(connection)).toBe(true);
  });

  it("neither traps nor hangs on garbage", () => {
    const start = fc.constantFrom(chunked(REQUEST, [7]), sized(REQUEST), Buffer.alloc(0));
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (head, rest, flips) => {
          const id = host.connect();
          const bytes = Buffer.concat([head, rest]);
          for (const flip of flips) if (bytes.length) bytes.writeUInt8(flip & 255, flip % bytes.length);
          host.downstream(id, bytes);
          host.upstream(id, bytes);
          host.delete(id);
        },
      ),
      { numRuns: 500 },
    );
  });
});
