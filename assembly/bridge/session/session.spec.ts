import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { data, type Http2Frame, headers, parse, reset, Type, windowUpdate } from "../../../testing/codec/index.js";
import { compileModule } from "../../testing/compile.support.js";
import { Host } from "../host.support.js";

// A protocol made for this: `kind u8, length u8, bytes`. A client's `o` opens, `n` is answered, `d` is replaced, `x` is
// the last; a server's `r` is replaced.
const CODEC = `
  import { Failure, Fields, Frame, Kind, Metadata, Peer, Reader, Scan, SessionCodec, SessionProtocol, Slice, Step, Writer } from "meltemi/assembly";
  import { registerSession } from "meltemi/assembly/bridge/session";
  const NAME = Slice.fixed("name");
  class Toy extends SessionCodec {
    scan(input: Reader, frame: Frame): Scan {
      if (input.remaining < 2) return Scan.More;
      const kind = input.u8();
      if (kind < 0x61) return Scan.Bad;
      const length = input.u8();
      frame.keep = kind == 0x6f || kind == 0x78 ? 2 + <i32>length : 0;
      return frame.is(Kind.Request, 2, <u64>length + 2);
    }
    fromClient(frame: Frame, meta: Metadata, out: Writer): Step {
      const kind = frame.bytes.at(0);
      if (kind == 0x6f) { meta.service = NAME; meta.set(NAME, Slice.view(frame.bytes.ptr + 2, frame.bytes.length - 2)); return Step.Open; }
      if (kind == 0x6e) { out.text("no"); return Step.Answer; }
      if (kind == 0x64) { out.text("e\\x01!"); return Step.Replace; }
      return kind == 0x78 ? Step.End : Step.Pass;
    }
    fromServer(frame: Frame, meta: Metadata, out: Writer): Step {
      if (frame.bytes.at(0) != 0x72) return Step.Pass;
      out.text("s\\x01?");
      return Step.Replace;
    }
    fail(why: Failure, out: Writer): void { out.text("failed: "); out.bytes(why.message); }
  }
  class ToyProtocol extends SessionProtocol { connect(): SessionCodec { return new Toy(); } }
  registerSession("toy", () => new ToyProtocol());
  export * from "meltemi/assembly/session";`;

const message = (kind: string, text: string) =>
  Buffer.concat([Buffer.from([kind.charCodeAt(0), text.length]), Buffer.from(text)]);
const OPEN = message("o", "here");

let module: WebAssembly.Module;
let host: Host;

beforeAll(async () => {
  module = await compileModule("assembly/bridge/session/toy.ts", CODEC);
});

beforeEach(() => {
  host = new Host(module);
  if (!host.configure({ role: "session", scope: "toy:1" })) throw new Error(host.logs.join("\n"));
});

/** What HCM gets of bytes from the client: frames, and the bytes of DATA together. */
function sent(bytes: Buffer): { frames: Http2Frame[]; payload: Buffer } {
  const frames = parse(bytes);
  return { frames, payload: Buffer.concat(frames.flatMap(({ type, body }) => (type === Type.data ? [body] : []))) };
}

function inPieces(bytes: Buffer, sizes: readonly number[], take: (piece: Buffer) => Buffer): Buffer {
  const out: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    out.push(take(bytes.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat(out);
}

describe("a session", () => {
  it("opens with the first message's attributes, and passes what follows as it is, however it is cut", () => {
    const texts = fc.array(fc.string({ unit: "binary-ascii", maxLength: 200 }), { maxLength: 6 });
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(texts, sizes, (list, cut) => {
        const id = host.connect();
        const all = Buffer.concat([OPEN, ...list.map((text) => message("m", text))]);
        const { frames, payload } = sent(inPieces(all, cut, (piece) => host.downstream(id, piece)));
        expect(payload.equals(all)).toBe(true);
        expect(frames.filter(({ type }) => type === Type.headers)).toHaveLength(1);
        expect(frames.find(({ type }) => type === Type.headers)?.body.toString("latin1")).toContain("here");
        const answers = Buffer.concat(list.map((text) => message("a", text)));
        const http2 = Buffer.concat([headers("200"), ...list.map((text) => data(message("a", text)))]);
        expect(inPieces(http2, cut, (piece) => host.upstream(id, piece)).equals(answers)).toBe(true);
        host.delete(id);
      }),
      { numRuns: 60 },
    );
  });

  it("answers by itself before there is a session", () => {
    const id = host.connect();
    const { frames } = sent(host.downstream(id, message("n", "")));
    expect(frames.at(-1)?.type).toBe(Type.ping);
    expect(host.upstream(id, Buffer.from([0, 0, 8, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toString()).toBe("no");
  });

  it("replaces messages in both directions, in their places", () => {
    const id = host.connect();
    const all = Buffer.concat([OPEN, message("m", "1"), message("d", "secret"), message("m", "2")]);
    const expected = Buffer.concat([OPEN, message("m", "1"), message("e", "!"), message("m", "2")]);
    expect(sent(inPieces(all, [3], (piece) => host.downstream(id, piece))).payload.equals(expected)).toBe(true);
    const answers = data(Buffer.concat([message("a", "1"), message("r", "raw"), message("a", "2")]));
    const got = inPieces(Buffer.concat([headers("200"), answers]), [2], (piece) => host.upstream(id, piece));
    expect(got.equals(Buffer.concat([message("a", "1"), message("s", "?"), message("a", "2")]))).toBe(true);
  });

  it("ends the stream with the client's last message", () => {
    const id = host.connect();
    host.downstream(id, OPEN);
    const { frames } = sent(host.downstream(id, Buffer.concat([message("m", "1"), message("x", "")])));
    expect(frames.at(-1)).toMatchObject({ type: Type.data, endStream: true });
  });

  it.each([
    ["with words", [headers("503"), data(Buffer.from("no healthy upstream"), true)], "failed: no healthy upstream"],
    ["without words", [headers("404", true)], "failed: no route matches"],
    ["with a reset", [headers("503"), data(Buffer.from("refused")), reset(10)], "failed: refused"],
    ["with nothing but a reset", [reset(2)], "failed: no backend is available"],
    [
      "in mid-session",
      [headers("200"), data(message("a", "1")), reset(10)],
      "a\x011failed: the connection to the server broke",
    ],
  ])("fails in the protocol's words, and then closes: %s", (_, frames, words) => {
    const id = host.connect();
    host.downstream(id, OPEN);
    expect(host.upstream(id, Buffer.concat(frames)).toString()).toBe(words);
    expect(host.closed.has(id)).toBe(false);
    host.tick();
    host.tick();
    expect(host.closed.has(id)).toBe(true);
  });

  it("stops when the window is used up, and loses nothing", () => {
    const id = host.connect();
    host.downstream(id, OPEN);
    host.upstream(id, headers("200"));
    const big = Buffer.concat(Array.from({ length: 4200 }, (_, i) => message("m", `${i}`.padStart(250))));
    const passed: Buffer[] = [];
    for (let at = 0; at < big.length; at += 65_536) passed.push(host.downstream(id, big.subarray(at, at + 65_536)));
    expect(host.stopped).toBe(true);
    expect(host.continued).toBe(0);
    host.upstream(id, windowUpdate(1, 1_048_576));
    expect(host.continued).toBe(0); // the proxy is writing, and must not be made to read
    host.tick();
    expect(host.continued).toBe(1);
    passed.push(host.takeLetGo());
    expect(sent(Buffer.concat(passed)).payload.equals(big)).toBe(true);
    expect(host.metric("stops")).toBe(1);
  });

  it("closes what is no message, and does not grow by garbage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 400 }), (a, b) => {
        const id = host.connect();
        host.downstream(id, a);
        host.upstream(id, b);
        host.delete(id);
      }),
      { numRuns: 300 },
    );
    const round = () => {
      for (let i = 0; i < 2000; i++) {
        const id = host.connect();
        host.downstream(id, Buffer.concat([OPEN, message("m", "half").subarray(0, 3)]));
        host.delete(id);
      }
    };
    round(); // the garbage collector finds its pace
    const before = host.memoryBytes;
    for (let i = 0; i < 4; i++) round();
    expect(host.memoryBytes).toBe(before);
  });
});
