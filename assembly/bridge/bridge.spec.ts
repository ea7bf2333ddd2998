import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encode, type Frame, Kind } from "../../examples/awesomerpc/index.js";
import { bridgeModule, Host } from "./host.support.js";
import { type Cut, Loop } from "./loop.support.js";

const INGRESS = { role: "ingress", scope: "service:1" };
const EGRESS = { role: "egress", scope: "*" };

let module: WebAssembly.Module;
let ingressHost: Host;
let egressHost: Host;

beforeAll(async () => {
  module = await bridgeModule();
});

beforeEach(() => {
  ingressHost = configured(INGRESS);
  egressHost = configured(EGRESS);
});

function configured(configuration: object): Host {
  const host = new Host(module);
  if (!host.configure(configuration)) throw new Error(host.logs.join("\n"));
  return host;
}

function request(id: bigint, payload: Buffer | string, kind: 0 | 1 = Kind.request): Buffer {
  const headers = [["User", "Jason"] as const, ["x-envoy-retry-on", "5xx"] as const];
  return encode({ kind, id, service: "a.B", method: "c", headers, payload: Buffer.from(payload) });
}

function response(id: bigint, payload: Buffer): Buffer {
  return encode({ kind: Kind.response, id, status: 0, headers: [["Served-By", "me"]], payload });
}

const cuts: fc.Arbitrary<Cut> = fc
  .array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 12 })
  .map((sizes) => (length) => {
    const pieces: number[] = [];
    for (let rest = length, i = 0; rest > 0; i++) {
      const piece = Math.min(rest, sizes[i % sizes.length] ?? rest);
      pieces.push(piece);
      rest -= piece;
    }
    return pieces;
  });

describe("the bridge, ingress to egress", () => {
  it("passes frames byte for byte, however they are cut, answers in any order", () => {
    const calls = fc.array(fc.record({ size: fc.integer({ min: 0, max: 40_000 }), order: fc.nat() }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(calls, cuts, (list, cut) => {
        const loop = new Loop(ingressHost, egressHost, cut);
        const sent = list.map(({ size }, i) => request(BigInt(i + 1) << 40n, Buffer.alloc(size, i + 1)));
        loop.fromClient(Buffer.concat(sent));
        expect(loop.atBackend.length).toBe(sent.length);
        const answers = loop.atBackend.map(({ frame, raw }, i) => {
          raw.writeBigUInt64BE(BigInt(i + 1) << 40n, 6);
          expect(raw.equals(sent[i] ?? Buffer.alloc(0))).toBe(true);
          return { id: frame.id, caller: BigInt(i + 1) << 40n, payload: Buffer.alloc(list[i]?.size ?? 0, 100 + i) };
        });
        const order = [...answers.keys()].sort((a, b) => (list[a]?.order ?? 0) - (list[b]?.order ?? 0));
        const shuffled = order.flatMap((i) => answers[i] ?? []);
        loop.fromBackend(Buffer.concat(shuffled.map(({ id, payload }) => response(id, payload))));
        const expected = shuffled.map(({ caller, payload }) => response(caller, payload));
        expect(Buffer.concat(loop.atClient.map(({ raw }) => raw)).equals(Buffer.concat(expected))).toBe(true);
        loop.close();
      }),
      { numRuns: 60 },
    );
  });

  it("passes a frame at every split point", () => {
    const frame = request(7n, "payload");
    for (let at = 1; at < frame.length; at++) {
      const loop = new Loop(ingressHost, egressHost, (length) =>
        length === frame.length ? [at, length - at] : [length],
      );
      loop.fromClient(frame);
      expect(loop.atBackend.length).toBe(1);
      loop.close();
    }
  });

  it("answers heartbeats at the proxy", () => {
    const loop = new Loop(ingressHost, egressHost);
    loop.fromClient(encode({ kind: Kind.ping, id: 77n }));
    expect(loop.atClient.map(({ frame }) => frame)).toEqual([{ kind: Kind.pong, id: 77n }]);
    expect(loop.atBackend).toEqual([]);
  });

  it("forwards one-way requests, follows them with a heartbeat and keeps nothing", () => {
    const loop = new Loop(ingressHost, egressHost);
    loop.fromClient(request(5n, "no answer", Kind.oneWay));
    loop.fromClient(request(6n, "answer"));
    expect(loop.atBackend.map(({ frame }) => frame.kind)).toEqual([Kind.oneWay, Kind.request]);
    expect(loop.atClient).toEqual([]);
    expect(egressHost.metric("one_way")).toBe(1);
  });

  it("answers a frame that declares too much before it comes, and skips it", () => {
    const host = configured({ ...INGRESS, maxFrameBytes: 2048 });
    const loop = new Loop(host, egressHost, (length) => Array(Math.ceil(length / 1000)).fill(1000));
    const large = request(9n, Buffer.alloc(500_000));
    loop.fromClient(request(8n, "before"));
    const before = host.memoryBytes;
    loop.fromClient(large.subarray(0, 1000));
    expect(loop.atClient.map(({ frame }) => (frame.kind === Kind.response ? [frame.id, frame.status] : frame))).toEqual(
      [[9n, 8]],
    );
    loop.fromClient(large.subarray(1000));
    loop.fromClient(request(10n, "after"));
    expect(loop.atBackend.length).toBe(2);
    expect(host.memoryBytes).toBe(before);
    expect(host.metric("too_large")).toBe(1);
  });

  it("passes requests that the codec cannot read, or refuses them, as it is told, and counts either", () => {
    const unreadable = (id: bigint, kind: 0 | 1 = Kind.request) => {
      const frame = request(id, "", kind);
      frame.writeUInt8(255, 14); // the service's name would be longer than the frame
      return frame;
    };
    const all = Buffer.concat([unreadable(1n), unreadable(2n, Kind.oneWay), request(3n, "readable")]);
    const requests = ingressHost.downstream(ingressHost.connect(), all);
    expect(ingressHost.metric("opaque")).toBe(2);
    egressHost.downstream(egressHost.connect(), requests);
    expect(egressHost.metric("requests")).toBe(3);
    const host = configured({ ...INGRESS, unknown: "refuse" });
    const loop = new Loop(host, egressHost);
    loop.fromClient(all);
    expect(loop.atBackend.map(({ frame }) => summary(frame))).toEqual(["request 1"]);
    loop.fromBackend(response(1n, Buffer.from("ok")));
    expect(loop.atClient.map(({ frame }) => summary(frame))).toEqual(["response 1 2", "response 3 0"]);
    expect([host.metric("refused"), host.metric("opaque")]).toEqual([2, 0]);
  });

  it("closes on bytes that are no frame, and counts them", () => {
    const loop = new Loop(ingressHost, egressHost);
    loop.fromClient(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    expect(ingressHost.closed.has(loop.ingress)).toBe(true);
    expect(ingressHost.metric("bad_frames")).toBe(1);
  });

  it("drops answers that nobody waits for", () => {
    const loop = new Loop(ingressHost, egressHost);
    loop.fromClient(request(1n, "x"));
    loop.fromBackend(response(99n, Buffer.from("whose?")));
    loop.fromBackend(response(1n, Buffer.from("mine")));
    loop.fromBackend(response(1n, Buffer.from("again?")));
    expect(loop.atClient.length).toBe(1);
  });

  it("refuses requests when the numbers of streams have run out, asks the client to leave, then closes", () => {
    const host = configured({ ...INGRESS, firstStreamId: 2147483645 });
    const loop = new Loop(host, egressHost);
    loop.fromClient(Buffer.concat([request(1n, "a"), request(2n, "b"), request(3n, "c")]));
    expect(loop.atBackend.map(({ frame }) => frame.id)).toEqual([2147483645n, 2147483647n]);
    for (const { frame } of loop.atBackend) loop.fromBackend(response(frame.id, Buffer.from("ok")));
    const seen = loop.atClient.map(({ frame }) => summary(frame));
    expect(seen.sort()).toEqual(["goaway 0", "response 1 0", "response 2 0", "response 3 4"]);
    expect(host.closed.has(loop.ingress)).toBe(false); // what was written still has to go out
    for (let i = 0; i < 2; i++) host.tick();
    expect(host.closed.has(loop.ingress)).toBe(true);
    expect(host.tickPeriod).toBe(0);
  });

  it("closes in a quiet moment where the protocol has no word for a drain", async () => {
    const wordless = new Host(
      await bridgeModule("traits.ids = true; traits.heartbeat = true;", "drain(out: Writer): bool { return false; }"),
    );
    expect(wordless.configure({ ...INGRESS, firstStreamId: 2147483641 })).toBe(true);
    const loop = new Loop(wordless, egressHost);
    const quiet = (ticks: number) => {
      for (let i = 0; i < ticks; i++) {
        wordless.time += 10_000_000n;
        wordless.tick();
      }
      return wordless.closed.has(loop.ingress);
    };
    loop.fromClient(request(1n, "a"));
    expect(quiet(50)).toBe(false); // its answer is owed
    loop.fromBackend(response(loop.atBackend[0]?.frame.id ?? 0n, Buffer.from("ok")));
    expect(quiet(9)).toBe(false);
    loop.fromClient(encode({ kind: Kind.ping, id: 2n }));
    expect(quiet(9)).toBe(false);
    expect(quiet(2)).toBe(true);
    expect(wordless.tickPeriod).toBe(0);
    expect(loop.atClient.map(({ frame }) => summary(frame))).toEqual(["response 1 0", "pong 2"]);
    loop.close();
  });

  it("neither traps nor hangs on garbage, from any side", () => {
    const starts = [request(1n, "x"), Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.alloc(0)];
    const garbage = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), fc.boolean());
    fc.assert(
      fc.property(garbage, fc.array(fc.nat()), ([start, noise, toServer], flips) => {
        const loop = new Loop(ingressHost, egressHost);
        loop.fromClient(request(1n, "x"));
        const bytes = Buffer.concat([start, noise]);
        for (const flip of flips) if (bytes.length) bytes.writeUInt8(flip & 255, flip % bytes.length);
        const host = toServer ? ingressHost : egressHost;
        const id = toServer ? loop.ingress : loop.egress;
        host.upstream(id, bytes);
        host.downstream(id, bytes);
        loop.close();
      }),
      { numRuns: 400 },
    );
  });

  it("does not grow over connections and requests", () => {
    const round = () => {
      const loop = new Loop(ingressHost, egressHost, (length) => (length > 20 ? [20, length - 20] : [length]));
      for (let i = 1n; i <= 20n; i++) loop.fromClient(request(i, Buffer.alloc(3000)));
      for (const { frame } of loop.atBackend.slice(5)) loop.fromBackend(response(frame.id, Buffer.alloc(3000)));
      loop.close();
    };
    for (let i = 0; i < 200; i++) round(); // the collector has run
    const before = [ingressHost.memoryBytes, egressHost.memoryBytes];
    for (let i = 0; i < 300; i++) round();
    expect([ingressHost.memoryBytes, egressHost.memoryBytes]).toEqual(before);
  });
});

describe("a codec's plugin configuration", () => {
  it.each([
    [{}, 'role: expected "ingress" or "egress", it is missing'],
    [{ role: "server" }, 'role: expected one of "ingress", "egress", found "server"'],
    [{ ...EGRESS, mode: "fast" }, 'mode: expected one of "multiplexed", "plain", found "fast"'],
    [{ ...EGRESS, maxFrameBytes: "8m" }, "maxFrameBytes: expected a whole number from 1024 to 1073741824"],
    [{ ...INGRESS, limits: { header: 1 } }, "limits.header: unknown field; there are: parts, headers, headerBytes"],
    [{ ...INGRESS, unknown: "drop" }, 'unknown: expected one of "pass", "refuse", found "drop"'],
    [{ ...INGRESS, deadlines: true }, "deadlines: unknown field"],
  ])("is refused with the field's name: %j", (configuration, words) => {
    const host = new Host(module);
    expect(host.configure(configuration)).toBe(false);
    expect(host.logs.join("\n")).toContain(words);
  });

  it("reaches connections that are open", () => {
    const loop = new Loop(ingressHost, egressHost);
    loop.fromClient(request(1n, Buffer.alloc(4000)));
    expect(ingressHost.configure({ ...INGRESS, maxFrameBytes: 2048 })).toBe(true);
    loop.fromClient(request(2n, Buffer.alloc(4000)));
    expect(loop.atBackend.length).toBe(1);
    expect(loop.atClient.map(({ frame }) => summary(frame))).toEqual(["response 2 8"]);
  });
});

describe("an ordered protocol", () => {
  it("gets its answers in the order of its requests, the proxy's own among them", async () => {
    const ordered = new Host(await bridgeModule("traits.ids = true; traits.heartbeat = true; traits.ordered = true;"));
    expect(ordered.configure({ ...INGRESS, maxFrameBytes: 2048 })).toBe(true);
    const loop = new Loop(ordered, egressHost);
    const ping = encode({ kind: Kind.ping, id: 3n });
    loop.fromClient(Buffer.concat([request(1n, "a"), request(2n, "b"), ping, request(4n, Buffer.alloc(3000))]));
    loop.fromClient(request(5n, "e"));
    const [first, second, fifth] = loop.atBackend.map(({ frame }) => frame.id);
    loop.fromBackend(response(fifth ?? 0n, Buffer.from("E")));
    loop.fromBackend(response(second ?? 0n, Buffer.from("B")));
    expect(loop.atClient).toEqual([]);
    loop.fromBackend(response(first ?? 0n, Buffer.from("A")));
    const order = ["response 1 0", "response 2 0", "pong 3", "response 4 8", "response 5 0"];
    expect(loop.atClient.map(({ frame }) => summary(frame))).toEqual(order);
    loop.close();
  });
});

function summary(frame: Frame): string {
  const name = Object.entries(Kind).find(([, kind]) => kind === frame.kind)?.[0];
  return frame.kind === Kind.response ? `${name} ${frame.id} ${frame.status}` : `${name} ${frame.id}`;
}
