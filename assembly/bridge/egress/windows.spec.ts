import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Decoder, encode, Kind } from "../../../examples/awesomerpc/index.js";
import { bridgeModule, Host } from "../host.support.js";
import { http2Frame } from "../http2.support.js";

const DATA = 0;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;

interface Http2Frame {
  readonly type: number;
  readonly end: boolean;
  readonly stream: number;
  readonly payload: Buffer;
}

function framesIn(bytes: Buffer): Http2Frame[] {
  const frames: Http2Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    const end = (bytes.readUInt8(at + 4) & 1) > 0;
    const payload = bytes.subarray(at + 9, at + 9 + length);
    frames.push({ type: bytes.readUInt8(at + 3), end, stream: bytes.readUInt32BE(at + 5), payload });
    at += 9 + length;
  }
  return frames;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A proxy's HTTP/2 client in front of an egress, which holds the egress to the windows that it gave. */
class Http2Client {
  readonly bodies = new Map<number, Buffer[]>();
  readonly ended = new Set<number>();
  readonly reset = new Set<number>();
  readonly toBackend: { kind: number; id: bigint }[] = [];
  goaway = false;
  private readonly context: number;
  private readonly backend = new Decoder();
  private connectionWindow = 65_535;
  private readonly windows = new Map<number, number>();

  constructor(
    readonly host: Host,
    private readonly streamWindow: number,
  ) {
    this.context = host.connect();
    const settings = Buffer.concat([Buffer.from([0, 4]), u32(streamWindow)]);
    this.send(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), http2Frame(4, 0, 0, settings)]));
  }

  request(stream: number): void {
    this.windows.set(stream, this.streamWindow);
    const body = encode({
      kind: Kind.request,
      id: 9n,
      service: "s",
      method: "m",
      headers: [],
      payload: Buffer.alloc(5),
    });
    this.send(
      Buffer.concat([http2Frame(1, 4, stream, Buffer.from([0x83, 0x86, 0x84])), http2Frame(DATA, 1, stream, body)]),
    );
  }

  extend(stream: number, by: number): void {
    if (stream === 0) this.connectionWindow += by;
    else this.windows.set(stream, (this.windows.get(stream) ?? 0) + by);
    this.send(http2Frame(8, 0, stream, u32(by)));
  }

  cancel(stream: number): void {
    this.send(http2Frame(RST_STREAM, 0, stream, u32(8)));
  }

  answer(stream: number, payload: Buffer): void {
    this.fromBackend(encode({ kind: Kind.response, id: BigInt(stream), status: 0, headers: [], payload }));
  }

  /** The backend answers the heartbeats that it got. */
  answerHeartbeats(): number {
    const pings = this.toBackend.splice(0).filter(({ kind }) => kind === Kind.ping);
    for (const { id } of pings) this.fromBackend(encode({ kind: Kind.pong, id }));
    return pings.length;
  }

  body(stream: number): Buffer {
    return Buffer.concat(this.bodies.get(stream) ?? []);
  }

  /** A moment passes, and no word from either side. */
  wait(milliseconds: number): void {
    this.host.time += BigInt(milliseconds) * 1_000_000n;
    this.host.tick();
    this.receive(this.host.takeLetGo());
  }

  private send(bytes: Buffer): void {
    this.receive(this.host.downstream(this.context, bytes));
  }

  private receive(bytes: Buffer): void {
    for (const { frame } of this.backend.push(bytes)) this.toBackend.push(frame);
  }

  fromBackend(bytes: Buffer): void {
    for (const { type, end, stream, payload } of framesIn(this.host.upstream(this.context, bytes))) {
      if (type === RST_STREAM) this.reset.add(stream);
      if (type === GOAWAY) this.goaway = true;
      if (type === PING) this.send(http2Frame(PING, 1, 0, payload));
      if (type !== DATA) continue;
      this.connectionWindow -= payload.length;
      const window = (this.windows.get(stream) ?? 0) - payload.length;
      this.windows.set(stream, window);
      if (window < 0 || this.connectionWindow < 0) throw new Error("more DATA than the windows allow");
      this.bodies.set(stream, [...(this.bodies.get(stream) ?? []), payload]);
      if (end) this.ended.add(stream);
    }
  }
}

describe("answers and the proxy's windows", () => {
  let module: WebAssembly.Module;
  let host: Host;

  beforeAll(async () => {
    module = await bridgeModule();
  });

  beforeEach(() => {
    host = new Host(module);
    host.configure({ role: "egress", limits: { streamBufferBytes: 400_000, connectionBufferBytes: 500_000 } });
  });

  it("never sends more than they take, and all of it once they do", () => {
    const answers = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 5 });
    const updates = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 30_000 })), { maxLength: 30 });
    fc.assert(
      fc.property(answers, updates, fc.integer({ min: 0, max: 70_000 }), (sizes, steps, window) => {
        const proxy = new Http2Client(host, window);
        const streams = sizes.map((_, i) => 2 * i + 1);
        for (const stream of streams) proxy.request(stream);
        for (const [i, stream] of streams.entries()) proxy.answer(stream, Buffer.alloc(sizes[i] ?? 0, stream));
        for (const [pick, by] of steps) {
          proxy.extend([0, ...streams][pick % (streams.length + 1)] ?? 0, by);
          proxy.answerHeartbeats();
        }
        for (const stream of streams) proxy.extend(stream, 500_000);
        for (let i = 0; i < 20; i++) {
          proxy.extend(0, 100_000);
          while (proxy.answerHeartbeats() > 0);
        }
        for (const [i, stream] of streams.entries()) {
          expect(proxy.ended.has(stream)).toBe(true);
          expect(proxy.body(stream).length).toBe((sizes[i] ?? 0) + 18);
          expect(
            proxy
              .body(stream)
              .subarray(18)
              .equals(Buffer.alloc(sizes[i] ?? 0, stream)),
          ).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("asks the backend for a turn when there is something to pay, and only then", () => {
    const proxy = new Http2Client(host, 1000);
    proxy.request(1);
    proxy.answerHeartbeats();
    proxy.extend(0, 100);
    expect(proxy.answerHeartbeats()).toBe(0);
    proxy.answer(1, Buffer.alloc(5000));
    expect(proxy.body(1).length).toBe(1000);
    proxy.extend(1, 10_000);
    expect(proxy.answerHeartbeats()).toBe(1);
    expect(proxy.ended.has(1)).toBe(true);
  });

  it("resets who owes the most, past the bound", () => {
    const proxy = new Http2Client(host, 1000);
    for (const stream of [1, 3, 5, 7]) proxy.request(stream);
    proxy.answer(1, Buffer.alloc(100_000));
    proxy.answer(3, Buffer.alloc(300_000));
    proxy.answer(5, Buffer.alloc(90_000));
    expect([...proxy.reset]).toEqual([]);
    proxy.answer(7, Buffer.alloc(95_000));
    expect([...proxy.reset]).toEqual([3]);
    for (const stream of [1, 5, 7]) proxy.extend(stream, 600_000);
    for (let i = 0; i < 4; i++) {
      proxy.extend(0, 300_000);
      proxy.answerHeartbeats();
    }
    expect([...proxy.ended].sort()).toEqual([1, 5, 7]);
    expect(host.metric("buffer_overflows")).toBe(1);
  });

  it("forgets a cancelled request: its late answer goes to nobody, its debt is gone", () => {
    const proxy = new Http2Client(host, 1000);
    for (const stream of [1, 3, 5]) proxy.request(stream);
    proxy.cancel(1);
    proxy.answer(1, Buffer.alloc(10));
    proxy.answer(3, Buffer.alloc(390_000));
    proxy.cancel(3);
    proxy.answer(5, Buffer.alloc(390_000));
    expect(proxy.bodies.has(1)).toBe(false);
    expect([...proxy.reset]).toEqual([]);
  });

  it("keeps room for short answers, and leaves a connection that long ones have filled", () => {
    const proxy = new Http2Client(host, 200_000);
    proxy.extend(0, 134_465); // 200,000 in all
    for (const stream of [1, 3, 5, 7, 9]) proxy.request(stream);
    proxy.answer(1, Buffer.alloc(115_000));
    proxy.answer(3, Buffer.alloc(115_000));
    proxy.answer(9, Buffer.alloc(115_000));
    proxy.answer(5, Buffer.alloc(40_000));
    expect([1, 3, 5].map((stream) => proxy.ended.has(stream))).toEqual([true, false, true]);
    expect(proxy.goaway).toBe(false);
    host.time += 1_000_000_000n;
    proxy.answerHeartbeats();
    proxy.answer(7, Buffer.alloc(100));
    expect(proxy.goaway).toBe(true);
    expect(proxy.ended.has(7)).toBe(true);
    expect([...proxy.reset]).toEqual([9]);
  });

  it("notices a connection that long answers have filled, though nobody says a word, with a single heartbeat", () => {
    const proxy = new Http2Client(host, 200_000);
    for (const stream of [1, 3]) proxy.request(stream);
    proxy.answerHeartbeats();
    proxy.answer(1, Buffer.alloc(115_000));
    proxy.answer(3, Buffer.alloc(115_000));
    for (let i = 0; i < 49; i++) proxy.wait(10);
    expect(proxy.answerHeartbeats()).toBe(0);
    for (let i = 0; i < 5; i++) proxy.wait(10);
    expect(proxy.answerHeartbeats()).toBe(1);
    expect(proxy.goaway).toBe(true);
    expect([...proxy.reset]).toEqual([3]);
    expect(host.tickPeriod).toBe(0);
  });

  it("asks nobody once the window is open again", () => {
    const proxy = new Http2Client(host, 200_000);
    proxy.request(1);
    proxy.answerHeartbeats();
    proxy.answer(1, Buffer.alloc(115_000));
    proxy.wait(10);
    proxy.extend(0, 200_000);
    proxy.answerHeartbeats();
    for (let i = 0; i < 100; i++) proxy.wait(10);
    expect(proxy.answerHeartbeats()).toBe(0);
    expect(proxy.goaway).toBe(false);
    expect(proxy.ended.has(1)).toBe(true);
  });

  it("passes the backend's goodbye on", () => {
    const proxy = new Http2Client(host, 1000);
    proxy.request(1);
    proxy.fromBackend(encode({ kind: Kind.goaway, id: 0n }));
    expect(proxy.goaway).toBe(true);
    proxy.answer(1, Buffer.alloc(10));
    expect(proxy.ended.has(1)).toBe(true);
  });
});
