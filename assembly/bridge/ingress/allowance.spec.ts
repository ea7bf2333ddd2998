import { beforeAll, describe, expect, it } from "vitest";
import { data, type Http2Frame, headers, parse, Type } from "../../../testing/codec/index.js";
import type { Host } from "../host.support.js";
import { configured, encodeLined, type Lined, LinedDecoder, linedModule } from "../lined.support.js";

let module: WebAssembly.Module;

beforeAll(async () => {
  module = await linedModule();
});

/** One client of an ingress, before a proxy that is the test. */
class Client {
  readonly host: Host;
  readonly id: number;
  /** Requests that the proxy got: their texts by their streams. */
  readonly passed = new Map<number, string>();
  readonly heard: Lined[] = [];
  private readonly decoder = new LinedDecoder();

  constructor(more: object) {
    this.host = configured(module, { role: "ingress", scope: "lined:1", ...more });
    this.id = this.host.connect();
  }

  says(...frames: readonly Lined[]): void {
    this.take(this.host.downstream(this.id, encodeLined(...frames)));
  }

  answer(stream: number, text = `${stream}`): void {
    const marks = [
      ["x-meltemi-digest", "0"],
      ["x-meltemi-kind", "opaque"],
    ] as const;
    const answer = encodeLined(["r", text]);
    this.hear(headers("200", false, stream, marks));
    for (let at = 0; at < answer.length; at += FRAME) {
      this.hear(data(answer.subarray(at, at + FRAME), at + FRAME >= answer.length, stream));
    }
  }

  /** Until the next tick of the plugin's. */
  wait(): void {
    this.host.tick();
    this.take(this.host.takeLetGo());
  }

  /** The proxy acknowledges each PING at once. */
  private take(http2: Buffer): void {
    const frames: Http2Frame[] = parse(http2);
    for (const { type, stream, body } of frames) {
      if (type === Type.data) this.passed.set(stream, body.toString("latin1", 5));
    }
    if (frames.some(({ type }) => type === PING)) this.hear(PONG);
  }

  private hear(...frames: readonly Buffer[]): void {
    this.heard.push(...this.decoder.push(this.host.upstream(this.id, Buffer.concat(frames))));
  }
}

const FRAME = 16_384;
const PING = 6;
const PONG = Buffer.from([0, 0, 8, PING, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const requests = (count: number, length = 0): Lined[] =>
  Array.from({ length: count }, (_, i): Lined => ["g", `${i}`.padEnd(length)]);

describe("what one client may have unanswered", () => {
  it("is bounded: more stays unread until half of it is answered", () => {
    const client = new Client({ limits: { unanswered: 4 } });
    client.says(...requests(7));
    client.says(["g", "late"]);
    expect([...client.passed.values()]).toEqual(["0", "1", "2", "3"]);
    expect(client.host.heldBytes(client.id)).toBe(encodeLined(["g", "late"]).length);
    client.answer(1);
    client.wait();
    expect(client.passed.size).toBe(4);
    client.answer(3);
    client.wait();
    expect([...client.passed.values()].slice(4)).toEqual(["4", "5"]);
    for (const stream of [5, 7]) client.answer(stream);
    client.wait();
    expect([...client.passed.values()].slice(6)).toEqual(["6", "late"]);
    expect(client.heard.map(([, text]) => text)).toEqual(["1", "3", "5", "7"]);
  });

  it("counts requests that the proxy answers itself", () => {
    const client = new Client({ limits: { unanswered: 4 } });
    client.says(["g", "never"], ...Array.from({ length: 5 }, (): Lined => ["l", "mine"]));
    const before = client.host.memoryBytes;
    for (let i = 0; i < 1000; i++) client.says(["l", "x".repeat(500)]);
    expect(client.host.memoryBytes).toBe(before);
    expect(client.host.metric("local_replies")).toBe(3);
    client.answer(1);
    for (let i = 0; i < 400; i++) client.wait();
    expect(client.heard).toHaveLength(1006);
  });

  it("ends with the bytes of answers that wait for earlier ones; past it, others are answered with an error", () => {
    const client = new Client({ limits: { unanswered: 100, reassemblyBytes: 65_536 } });
    client.says(...requests(4));
    client.answer(3, "x".repeat(40_000));
    client.says(["g", "4"]);
    client.answer(5, "x".repeat(30_000));
    client.answer(7, "x".repeat(20_000));
    client.wait();
    expect(client.passed.size).toBe(4);
    client.answer(1, "x".repeat(90_000));
    expect(client.heard.map(([kind, text]) => [kind, text.length < 100 ? text : text.length])).toEqual([
      ["r", 90_000],
      ["r", 40_000],
      ["x", "the frame is too large"],
      ["r", 20_000],
    ]);
    client.wait();
    expect([...client.passed.values()].slice(4)).toEqual(["4"]);
  });

  it("ends with the bytes of requests, whatever their order", () => {
    const client = new Client({ limits: { unansweredBytes: 65_536 } });
    client.says(...requests(6, 30_000));
    expect(client.passed.size).toBe(3);
    client.answer(1);
    client.wait();
    expect(client.passed.size).toBe(3);
    client.answer(3);
    client.wait();
    expect(client.passed.size).toBe(5);
    for (const stream of [5, 7, 9]) client.answer(stream);
    client.wait();
    client.says(["g", "x".repeat(100_000)]);
    expect(client.passed.size).toBe(7);
  });

  it("loses nothing of a flood, and keeps no more of it than a connection's buffer holds", () => {
    const client = new Client({ limits: { unanswered: 16 } });
    const flood = requests(6000, 1000);
    let most = 0;
    for (let sent = 0, answered = 0; answered < flood.length; ) {
      const room = 1_048_576 - client.host.heldBytes(client.id);
      const next = flood.slice(sent, sent + Math.floor(room / 1005));
      sent += next.length;
      if (next.length > 0) client.says(...next);
      most = Math.max(most, client.passed.size - answered);
      for (let i = 0; i < 8 && answered < client.passed.size; i++) client.answer(2 * answered++ + 1);
      client.wait();
    }
    expect([...client.passed.values()]).toEqual(flood.map(([, text]) => text));
    expect(client.heard).toHaveLength(flood.length);
    expect(most).toBeLessThan(16 + 1_048_576 / 1005);
  });
});

describe("a client's last word", () => {
  it("is answered, and its connection closes once all is", () => {
    const client = new Client({});
    client.says(["g", "0"], ["q", "bye"], ["g", "1"]);
    client.wait();
    client.wait();
    expect(client.host.closed.has(client.id)).toBe(false);
    client.answer(1);
    client.wait();
    client.wait();
    expect(client.heard).toEqual([
      ["r", "1"],
      ["r", "bye"],
    ]);
    expect(client.passed.size).toBe(1);
    expect(client.host.closed.has(client.id)).toBe(true);
  });
});

describe("a frame that is too large", () => {
  it.each(["g", "l", "b"])("is answered in its place, whatever it asks for: %s", (kind) => {
    const client = new Client({ maxFrameBytes: 1024 });
    client.says(["l", "1"], [kind, "x".repeat(2000)], ["l", "2"]);
    expect(client.heard).toEqual([
      ["r", "1"],
      ["x", "the frame is too large"],
      ["r", "2"],
    ]);
  });
});
