import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { data, type Http2Frame, headers, parse, reset, Type, windowUpdate } from "../../../testing/codec/index.js";
import type { Host } from "../host.support.js";
import { configured, encodeLined, type Lined, LinedDecoder, linedModule } from "../lined.support.js";

let module: WebAssembly.Module;
let host: Host;
let id: number;
let client: LinedDecoder;

beforeAll(async () => {
  module = await linedModule();
});

beforeEach(() => {
  host = configured(module, { role: "ingress", scope: "lined:1" });
  id = host.connect();
  client = new LinedDecoder();
});

/** What HCM gets when the client says this. */
function says(...frames: readonly Lined[]): Http2Frame[] {
  return parse(host.downstream(id, encodeLined(...frames)));
}

/** What the client gets when HCM says this. */
function hears(...frames: readonly Buffer[]): Lined[] {
  return client.push(host.upstream(id, Buffer.concat(frames)));
}

/** What HCM has got since, without a word from the client. */
function meanwhile(): Http2Frame[] {
  host.tick();
  return parse(host.takeLetGo());
}

const bodies = (frames: readonly Http2Frame[]): string =>
  frames.flatMap(({ type, body }) => (type === Type.data ? [body.toString("latin1")] : [])).join("");

const text = (...frames: readonly Lined[]): string => encodeLined(...frames).toString("latin1");
const types = (frames: readonly Http2Frame[]): number[] => frames.map(({ type }) => type);

/** A backend's answer to a request, as the other codec passes it on. */
function answer(stream: number, ...frames: readonly Lined[]): Buffer {
  const marked = [
    ["x-meltemi-digest", "0"],
    ["x-meltemi-kind", "opaque"],
  ] as const;
  return Buffer.concat([headers("200", false, stream, marked), data(encodeLined(...frames), true, stream)]);
}

const PONG = Buffer.from([0, 0, 8, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Begins a session on stream 1 and gives it a server. */
function bound(): void {
  says(["b", "key"]);
  hears(headers("200"), data(encodeLined(["r", "begun"])));
  meanwhile();
}

describe("a request that needs a server of its own", () => {
  it("waits for the answers to those before it, and what follows waits for its server", () => {
    expect(bodies(says(["g", "1"], ["l", "mine"], ["b", "key"], ["g", "2"]))).toBe(text(["g", "1"]));
    expect(says(["g", "3"])).toEqual([]);
    expect(host.heldBytes(id)).toBe(encodeLined(["g", "3"]).length);
    expect(hears(answer(1, ["r", "one"]))).toEqual([
      ["r", "one"],
      ["r", "mine"],
    ]);
    const opening = meanwhile();
    expect(opening.find(({ type }) => type === Type.headers)).toMatchObject({ stream: 3 });
    expect(opening.find(({ type }) => type === Type.headers)?.body.toString("latin1")).toContain("key");
    expect(bodies(opening)).toBe(text(["b", "key"]));
    expect(says(["g", "4"])).toEqual([]);
    expect(hears(headers("200", false, 3))).toEqual([]);
    expect(bodies(meanwhile())).toBe(text(["g", "2"], ["g", "3"], ["g", "4"]));
    expect(hears(data(encodeLined(["r", "begun"], ["!", "pushed"], ["r", "two"]), false, 3))).toEqual([
      ["r", "begun"],
      ["!", "pushed"],
      ["r", "two"],
    ]);
  });

  it("has the codec look at its messages, in both directions", () => {
    bound();
    expect(bodies(says(["g", "1"], ["d", "other"], ["n", "here"], ["g", "2"]))).toBe(
      text(["g", "1"], ["g", "key"], ["g", "2"]),
    );
    const half = encodeLined(["r", "a long answer"]);
    expect(hears(data(half.subarray(0, 7)), PONG)).toEqual([]);
    expect(hears(data(half.subarray(7)))).toEqual([
      ["r", "a long answer"],
      ["r", "here"],
    ]);
  });

  it("is released by its last answer: the stream ends without a word from the client, and requests are routed again", () => {
    bound();
    says(["g", "1"], ["e", ""]);
    expect(hears(data(encodeLined(["r", "one"])))).toHaveLength(1);
    expect(meanwhile()).toEqual([]);
    const last = encodeLined(["r", "the end"]);
    hears(data(last.subarray(0, 8)));
    expect(meanwhile()).toEqual([]);
    expect(hears(data(last.subarray(8)))).toEqual([["r", "the end"]]);
    expect(meanwhile()).toMatchObject([{ type: Type.data, stream: 1, endStream: true }]);
    expect(hears(data(Buffer.alloc(0), true))).toEqual([]);
    const next = says(["g", "2"], ["b", "again"]);
    expect(next.map(({ stream }) => stream)).toEqual([3, 3]);
    expect(hears(answer(3, ["r", "two"]))).toEqual([["r", "two"]]);
    expect(types(meanwhile())).toEqual([Type.headers, Type.data]);
  });

  it("keeps what the client had begun to say when it was released", () => {
    bound();
    says(["e", ""]);
    const next = encodeLined(["g", "split"]);
    expect(bodies(parse(host.downstream(id, next.subarray(0, 3))))).toBe("");
    hears(data(encodeLined(["r", "the end"])));
    meanwhile();
    expect(bodies(parse(host.downstream(id, next.subarray(3))))).toBe(text(["g", "split"]));
  });

  it.each([
    ["no route", [headers("404", true)], "no route matches"],
    ["no server", [headers("503"), data(Buffer.from("no healthy upstream"), true)], "no healthy upstream"],
    ["a refused connection", [headers("503"), data(Buffer.from("refused")), reset(10)], "refused"],
    ["a reset", [reset(2)], "no backend is available"],
  ])("is answered where there is %s, and what follows is routed by itself", (_, refusal, words) => {
    says(["b", "key"], ["g", "1"]);
    expect(says(["g", "2"])).toEqual([]);
    expect(hears(...refusal)).toEqual([["x", words]]);
    expect(bodies(meanwhile())).toBe(text(["g", "1"], ["g", "2"]));
    expect(hears(answer(3, ["r", "one"]), answer(5, ["r", "two"]))).toHaveLength(2);
    expect(host.closed.has(id)).toBe(false);
  });

  it("takes the client's connection along where its server breaks away, and says so", () => {
    bound();
    expect(hears(data(encodeLined(["r", "1"])), reset(10))).toEqual([
      ["r", "1"],
      ["x", "the connection to the server broke"],
    ]);
    expect(host.closed.has(id)).toBe(false);
    host.tick();
    host.tick();
    expect(host.closed.has(id)).toBe(true);
    expect(host.metric("sessions_failed")).toBe(1);
  });

  it("stops its client when the server is slow, and loses nothing", () => {
    const settings = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 16, 0, 0]);
    bound();
    hears(settings);
    const frames = Array.from({ length: 4200 }, (_, i): Lined => ["g", `${i}`.padStart(250)]);
    const passed: Http2Frame[] = [];
    for (let at = 0; at < frames.length; at += 100) passed.push(...says(...frames.slice(at, at + 100)));
    expect(host.heldBytes(id)).toBeGreaterThan(0);
    hears(windowUpdate(1, 1_048_576));
    passed.push(...meanwhile());
    expect(bodies(passed)).toBe(text(...frames));
    expect(host.metric("sessions_stops")).toBe(1);
  });

  it("gives the windows of a long answer back, though its client is silent", () => {
    bound();
    const got: Http2Frame[] = [];
    for (let i = 0; i < 200; i++) {
      hears(data(encodeLined(["!", "x".repeat(16_000)])));
      got.push(...meanwhile());
    }
    const updates = got.filter(({ type, stream }) => type === Type.windowUpdate && stream === 1);
    expect(updates.length).toBeGreaterThan(2);
  });

  it("keeps nothing of connections that end anywhere", () => {
    const round = (): void => {
      for (let i = 0; i < 1000; i++) {
        id = host.connect();
        says(["g", "1"], ["b", "key"], ["g", "2"]);
        if (i % 3 > 0) hears(answer(1, ["r", "one"]));
        meanwhile();
        if (i % 3 > 1) hears(headers("200", false, 3), data(encodeLined(["r", "begun"]).subarray(0, 7), false, 3));
        meanwhile();
        host.delete(id);
      }
    };
    round(); // the garbage collector finds its pace
    const before = host.memoryBytes;
    for (let i = 0; i < 4; i++) round();
    expect(host.memoryBytes).toBe(before);
  });
});
