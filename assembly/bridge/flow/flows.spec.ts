import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Decoder, encode, Kind, Status } from "../../../examples/awesomerpc/index.js";
import { data, type Http2Frame, headers, parse, reset, Type, windowUpdate } from "../../../testing/codec/index.js";
import { bridgeModule, Host } from "../host.support.js";

const FLOW = { revision: "r1", attributes: ["user"], draw: [], streams: 1 };
const FIRST_WINDOW = 1024 + 1_048_576;

let module: WebAssembly.Module;
let host: Host;
let id: number;
let client: Decoder;

beforeAll(async () => {
  module = await bridgeModule();
});

beforeEach(() => {
  host = new Host(module);
  configure(FLOW);
  id = host.connect();
  client = new Decoder();
});

function configure(flow: object): void {
  const configuration = { role: "ingress", scope: "service:1", maxFrameBytes: 4_194_304, flow };
  if (!host.configure(configuration)) throw new Error(host.logs.join("\n"));
}

function request(number: bigint, user: string, payload = ""): Buffer {
  const fields = { service: "a.B", method: "c", headers: [["User", user]] as const, payload: Buffer.from(payload) };
  return encode({ kind: Kind.request, id: number, ...fields });
}

function response(number: bigint, payload = ""): Buffer {
  return encode({ kind: Kind.response, id: number, status: 0, headers: [], payload: Buffer.from(payload) });
}

/** What HCM gets when the client says this. */
const says = (...frames: readonly Buffer[]): Http2Frame[] => parse(host.downstream(id, Buffer.concat(frames)));

/** Which requests the client has answers to when HCM says this, and their status. */
function hears(...frames: readonly Buffer[]): [bigint, number][] {
  const received = [...client.push(host.upstream(id, Buffer.concat(frames)))];
  return received.flatMap(({ frame }) => (frame.kind === Kind.response ? [[frame.id, frame.status]] : []));
}

/** What HCM gets at the next tick. */
function ticks(): Http2Frame[] {
  host.tick();
  return parse(host.takeLetGo());
}

/** Milliseconds pass. */
const pass = (milliseconds: number): void => {
  host.time += BigInt(milliseconds) * 1_000_000n;
};

/** FNV-1a over a key as `key.ts` writes it: the value behind its length. */
function hashOfKey(value: string): bigint {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  const step = (hash: bigint, byte: number) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return Buffer.concat([length, Buffer.from(value)]).reduce(step, 0xcbf29ce484222325n);
}

const opened = (frames: readonly Http2Frame[]) =>
  frames.flatMap(({ type, stream }) => (type === Type.headers ? [stream] : []));
const connected = (stream: number) => headers("200", false, stream, [["x-meltemi-revision", "r1"]]);
const sent = (frames: readonly Http2Frame[], stream: number) =>
  Buffer.concat(frames.flatMap((frame) => (frame.type === Type.data && frame.stream === stream ? [frame.body] : [])));

describe("flows", () => {
  it("open a stream for each key, and pass frames byte for byte", () => {
    const [one, two, three] = [request(1n, "a", "x"), request(2n, "b"), request(3n, "a", "y")];
    const frames = says(one, two, three);
    expect(opened(frames)).toEqual([1, 3]);
    expect(sent(frames, 1).equals(Buffer.concat([one, three]))).toBe(true);
    expect(sent(frames, 3).equals(two)).toBe(true);
  });

  it("have a stream for what rules tell apart, and show routes a value that stands for all that are alike", () => {
    const apart = { user: { exact: ["", "Jason", "te"], prefix: ["te", "test-", "te~"] } };
    configure({ ...FLOW, revision: "r2", apart });
    const users = ["Jason", "jason", "test-1", "Jasonx", "tea", "test-", "", "te", "te~x", "tex", "\0", "test-2"];
    const frames = users.map((user, index) => says(request(BigInt(index + 1), user)));
    const streams = frames.map((sent) => sent.find(({ type }) => type === Type.data)?.stream);
    expect(streams).toEqual([1, 3, 5, 3, 7, 5, 9, 11, 13, 7, 3, 5]);
    const said = frames.flatMap((sent) =>
      sent.flatMap(({ type, body }) =>
        type === Type.headers ? [body.toString("latin1").split("user")[1]?.slice(1)] : [],
      ),
    );
    expect(said).toEqual(["Jason", "~", "test-~", "te}", "", "te", "te~~"]);
    expect(
      opened(
        says(encode({ kind: Kind.request, id: 99n, service: "a.B", method: "c", headers: [], payload: Buffer.of() })),
      ),
    ).toEqual([15]);
  });

  it("find what is wrong with what they tell apart", () => {
    const many = Array.from({ length: 65 }, (_, index) => `${index}`);
    const wrong = (apart: object) => () => {
      host.logs.length = 0;
      configure({ ...FLOW, apart });
    };
    expect(wrong({ user: { exact: many } })).toThrow("flow.apart.user: expected 64 values at most");
    expect(wrong({ usr: {} })).toThrow("flow.apart.usr: unknown field; there are: user");
    expect(wrong({ user: { exact: 1 } })).toThrow("flow.apart.user.exact: expected an array");
  });

  it("tell keys apart by their bytes, where their hashes are the same", () => {
    // Found by reducing a lattice: FNV-1a's last step is a product, so differences of bytes add up.
    const [one, other] = ["08aeqll85v5dog2u", "2h7195xs812f18pc"];
    expect(hashOfKey(one)).toBe(hashOfKey(other));
    expect(opened(says(request(1n, one), request(2n, other), request(3n, one)))).toEqual([1, 3]);
    // The first one's end leaves the other where it is.
    expect(hears(connected(1), connected(3), reset(2, 1))).toEqual([
      [1n, Status.unavailable],
      [3n, Status.unavailable],
    ]);
    const frames = says(request(4n, other), request(5n, one));
    expect(opened(frames)).toEqual([5]);
    expect(sent(frames, 3).equals(request(4n, other))).toBe(true);
  });

  it("pass what follows on the same stream in one frame of HTTP/2, as long as it fits one", () => {
    const bytes = (frames: readonly Http2Frame[]) =>
      frames.flatMap(({ type, stream, body }) => (type === Type.data ? [[stream, body.length]] : []));
    const [one, two, three] = [request(1n, "a", "x"), request(2n, "a", "y"), request(3n, "b")];
    const large = request(5n, "a", "z".repeat(16_384 - two.length - request(5n, "a").length));
    says(one, three);
    const frames = says(one, two, three, two, large, two);
    expect(bytes(frames)).toEqual([
      [1, one.length + two.length],
      [3, three.length],
      [1, two.length + large.length],
      [1, two.length],
    ]);
    expect(sent(frames, 1).equals(Buffer.concat([one, two, two, large, two]))).toBe(true);
    // A turn of the client's begins a frame, also where the last turn's ended at the same place.
    expect(bytes(says(one))).toEqual([[1, one.length]]);
    expect(bytes(says(one))).toEqual([[1, one.length]]);
  });

  it("pass a request that needs several frames of HTTP/2 by itself", () => {
    const [large, small] = [request(1n, "a", "z".repeat(40_000)), request(2n, "a")];
    const frames = says(large, small);
    expect(sent(frames, 1).equals(Buffer.concat([large, small]))).toBe(true);
    expect(Math.max(...frames.map(({ body }) => body.length))).toBeLessThanOrEqual(16_384);
  });

  it("give answers of interleaved streams to the client frame by frame, wherever they are cut", () => {
    const [mine, others] = [response(1n, "mine"), response(2n, "others")];
    says(request(1n, "a"), request(2n, "b"));
    hears(connected(1), connected(3));
    for (let cut = 1; cut < mine.length; cut++) {
      const ends = [data(mine.subarray(0, cut), false, 1), data(others, false, 3), data(mine.subarray(cut), false, 1)];
      expect(hears(...ends)).toEqual([
        [2n, Status.ok],
        [1n, Status.ok],
      ]);
      says(request(1n, "a"), request(2n, "b"));
    }
  });

  it("answer everyone who waits when a stream breaks, each with its id, and no one else", () => {
    says(request(1n, "a"), request(2n, "b"), request(3n, "a"));
    hears(connected(1), connected(3));
    expect(hears(reset(2, 1))).toEqual([
      [1n, Status.unavailable],
      [3n, Status.unavailable],
    ]);
    expect(hears(data(response(2n), false, 3))).toEqual([[2n, Status.ok]]);
    expect(opened(says(request(4n, "a")))).toEqual([5]);
  });

  it("never take the proxy's own answer for frames", () => {
    says(request(1n, "a"));
    expect(hears(headers("503", false, 1), data(response(1n, "not an answer"), true, 1))).toEqual([
      [1n, Status.unavailable],
    ]);
  });

  it("drop an answer that nobody waits for, and go on", () => {
    says(request(1n, "a"));
    expect(hears(connected(1), data(Buffer.concat([response(9n), response(1n)]), false, 1))).toEqual([[1n, Status.ok]]);
    expect(host.metric("out_of_step")).toBe(1);
  });

  it("end a stream of older rules once its answers are there, and not before", () => {
    says(request(1n, "a"));
    hears(connected(1));
    configure({ ...FLOW, revision: "r2" });
    expect(opened(says(request(2n, "a")))).toEqual([3]);
    expect(ticks().some(({ stream, endStream }) => stream === 1 && endStream)).toBe(false);
    expect(hears(data(response(1n), false, 1))).toEqual([[1n, Status.ok]]);
    expect(
      ticks()
        .filter(({ endStream }) => endStream)
        .map(({ stream }) => stream),
    ).toEqual([1]);
  });

  it("use a stream that went by older routes for a moment only", () => {
    says(request(1n, "old"), request(2n, "new"));
    hears(headers("200", false, 1, [["x-meltemi-revision", "r0"]]), connected(3));
    hears(data(response(1n), false, 1), data(response(2n), false, 3));
    pass(101);
    expect(opened(says(request(3n, "old"), request(4n, "new")))).toEqual([5]);
  });

  it("grow old within 30 seconds, give or take a fifth, not all at once", () => {
    const users = Array.from({ length: 40 }, (_, index) => `u${index}`);
    const ask = () => opened(says(...users.map((user, index) => request(BigInt(index), user))));
    const answer = (streams: readonly number[]) => hears(...streams.map((stream) => headers("200", true, stream)));
    const first = ask();
    hears(...first.map(connected));
    pass(23_900);
    expect([first.length, ask()]).toEqual([40, []]);
    pass(6_100);
    const second = ask();
    expect(second.length).toBeGreaterThan(0);
    expect(second.length).toBeLessThan(40);
    answer(second);
    pass(6_100);
    // Those that were opened anew a moment ago have ended, by that answer; all the others are old.
    expect(ask().length).toBe(40);
  });

  it("reset a stream whose end does not come back in ten seconds, and not before", () => {
    says(request(1n, "a"));
    hears(connected(1), data(response(1n), false, 1));
    configure({ ...FLOW, revision: "r2" });
    says(request(2n, "a"));
    const resets = (frames: readonly Http2Frame[]) =>
      frames.flatMap(({ type, stream }) => (type === Type.reset ? [stream] : []));
    ticks();
    pass(9_000);
    expect(resets(ticks())).toEqual([]);
    pass(1_100);
    expect(resets([...ticks(), ...ticks()])).toEqual([1]);
  });

  it("send what a window takes, and the rest when there is more; what follows waits", () => {
    const [large, next] = [request(1n, "a", "x".repeat(3_000_000)), request(2n, "b")];
    const settings = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 16, 0, 0]); // a window of 1 MiB
    says(request(7n, "a"));
    hears(settings, connected(1), data(response(7n), false, 1));
    const got = says(large, next);
    expect(sent(got, 1).length).toBeLessThan(FIRST_WINDOW);
    expect(opened(got)).toEqual([]);
    hears(windowUpdate(1, 4_000_000));
    const rest = ticks();
    expect(Buffer.concat([sent(got, 1), sent(rest, 1)]).equals(large)).toBe(true);
    expect(opened(rest)).toEqual([3]);
  });

  it("trap on nothing that a server sends", () => {
    for (let length = 0; length < 200; length++) {
      const stream = opened(says(request(1n, `${length}`)))[0] ?? 0;
      const garbage = Buffer.from(Array.from({ length }, (_, index) => (index * 167 + length * 13) & 255));
      hears(connected(stream), data(garbage, false, stream));
      hears(reset(0, stream));
    }
    const stream = opened(says(request(2n, "good")))[0] ?? 0;
    expect(hears(connected(stream), data(response(2n), false, stream))).toEqual([[2n, Status.ok]]);
  });
});
