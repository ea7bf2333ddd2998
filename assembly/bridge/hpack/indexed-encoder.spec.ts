import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../../testing/compile.support.js";
import { http2Frame, pairOfEnds } from "../http2.support.js";

const ENTRY = `
  import { IndexedEncoder, writeIndexed, writeNamed } from "./index";
  import { releaseArena, Slice, Writer } from "../../bytes";
  export { meltemiAbort } from "../../abi";
  const input = new Writer();
  const out = new Writer();
  const PATH = Slice.fixed(":path");
  const HOST = Slice.fixed("h");
  let encoder = new IndexedEncoder();
  export function open(): void { encoder.free(); encoder = new IndexedEncoder(); }
  export function allow(size: i32): void { encoder.allow(size); }
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function begin(version: u32): bool {
    out.reset();
    if (encoder.repeat(out, version)) return false;
    encoder.begin(out);
    writeIndexed(out, 3);
    writeIndexed(out, 6);
    writeNamed(out, 1, HOST);
    return true;
  }
  export function header(split: i32, hash: u64): void {
    encoder.header(out, Slice.view(input.ptr, split), Slice.view(input.ptr + split, input.length - split), hash);
  }
  export function path(hash: u64): void { encoder.named(out, 4, PATH, input.view(), hash); }
  export function end(version: u32): void { encoder.end(out, version); releaseArena(); }
  export function outAt(): usize { return out.ptr; }
  export function outLength(): i32 { return out.length; }
`;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  open(): void;
  allow(size: number): void;
  inputAt(length: number): number;
  begin(version: number): number;
  header(split: number, hash: bigint): void;
  path(hash: bigint): void;
  end(version: number): void;
  outAt(): number;
  outLength(): number;
}

/** Bytes of `:method`, `:scheme` and `:authority` in each block. */
const BEFORE = 5;

type Headers = Record<string, string>;

let wasm: Exports;

beforeAll(async () => {
  const module = await compileModule("assembly/bridge/hpack/indexed-probe.ts", ENTRY);
  wasm = new WebAssembly.Instance(module, { env: new Proxy({}, { get: () => () => 0 }) }).exports as unknown as Exports;
  wasm._initialize();
});

/** Any hash does: a bad one costs bytes only. */
type Hash = (text: string) => bigint;
const spread: Hash = (text) => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash;
};

function put(text: string): number {
  const bytes = Buffer.from(text);
  new Uint8Array(wasm.memory.buffer).set(bytes, wasm.inputAt(bytes.length));
  return bytes.length;
}

/** The block of a request's headers. `version`: what is the same has the same. */
function encode(headers: Headers, hash: Hash = spread, version = 0): Buffer {
  if (wasm.begin(version) !== 0) {
    for (const [name, value] of Object.entries(headers)) {
      put(name === ":path" ? value : name + value);
      if (name === ":path") wasm.path(hash(name + value));
      else wasm.header(Buffer.byteLength(name), hash(name + value));
    }
    wasm.end(version);
  }
  return Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.outAt(), wasm.outLength()));
}

/** What nghttp2 reads out of the blocks of one connection, whose table may have so many bytes. */
async function readBack(blocks: Buffer[], tableSize = 4096): Promise<Headers[]> {
  const server = createServer({ settings: { headerTableSize: tableSize } });
  const read: Headers[] = [];
  const done = new Promise<void>((resolve, reject) => {
    server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const { ":method": _method, ":scheme": _scheme, ":authority": _authority, ...rest } = headers;
      read.push(rest as Headers);
      stream.respond({ ":status": 204 }, { endStream: true });
      if (read.length === blocks.length) resolve();
    });
    server.on("session", (session) => session.on("error", reject));
  });
  const [near, far] = pairOfEnds();
  server.emit("connection", far);
  near.resume();
  near.write(
    Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), http2Frame(4, 0, 0), http2Frame(4, 1, 0)]),
  );
  // The table may change once its SETTINGS have been acknowledged, which is what the second frame says.
  for (const [i, block] of blocks.entries()) near.write(http2Frame(1, 5, 2 * i + 1, block));
  await done;
  near.destroy();
  await once(near, "close");
  return read;
}

const request: Headers = {
  ":path": "/shop.Cart/add",
  method: "add",
  user: "Jason",
  "x-meltemi-digest": "0123456789abcdef",
};

describe("HPACK, encoded with the dynamic table", () => {
  it("puts into the table what comes for the second time", () => {
    wasm.open();
    wasm.allow(4096);
    const lengths = Array.from({ length: 4 }, () => encode(request).length);
    expect(lengths[1]).toBe(lengths[0]);
    expect(lengths[2]).toBe(BEFORE + Object.keys(request).length);
    expect(lengths[3]).toBe(lengths[2]);
  });

  it("puts nothing there before the peer's SETTINGS", () => {
    wasm.open();
    const lengths = Array.from({ length: 4 }, () => encode(request).length);
    expect(new Set(lengths).size).toBe(1);
  });

  it("says again what it said, while the table stays", async () => {
    wasm.open();
    wasm.allow(4096);
    const other = { ...request, user: "Anna" };
    const blocks = [1, 2, 3].map(() => encode(request));
    blocks.push(encode(request, spread, 7), encode({}, spread, 7));
    blocks.push(...[1, 2, 3].map(() => encode(other)), encode(request, spread, 7));
    const read = await readBack(blocks);
    expect(read.map(({ user }) => user)).toEqual([...Array(5).fill("Jason"), ...Array(3).fill("Anna"), "Jason"]);
    expect(read.every((headers) => headers["method"] === "add")).toBe(true);
  });

  it.each([
    ["the table that HTTP/2 begins with", 4096],
    ["a small one", 256],
    ["none", 0],
  ])("is read by nghttp2 with %s", async (_what, size) => {
    const name = fc.stringMatching(/^x-[a-z0-9-]{1,20}$/);
    const value = fc.stringMatching(/^([!-~]([ -~]{0,60}[!-~])?)?$/);
    const few = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 60 });
    const lists = fc.array(fc.array(fc.nat(), { maxLength: 12 }), { minLength: 40, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(few, lists, fc.boolean(), async (known, picks, poor) => {
        const sent = picks.map((indices): Headers => {
          const chosen = indices.map((index) => known[index % known.length] ?? ["x-none", ""]);
          return { ":path": `/${indices.length % 3}`, ...Object.fromEntries(chosen) };
        });
        wasm.open();
        wasm.allow(size);
        const hash: Hash = poor ? (text) => spread(text) & 0xff03n : spread;
        const blocks = sent.map((headers) => encode(headers, hash));
        const read = await readBack(blocks, size);
        expect(read.map((headers) => Object.entries(headers).sort())).toEqual(
          sent.map((headers) => Object.entries(headers).sort()),
        );
      }),
      { numRuns: 20 },
    );
  });

  it("takes no more memory than its table", () => {
    wasm.open();
    wasm.allow(4096);
    const turn = (i: number) => encode({ ":path": "/", user: `user-${Math.floor(i / 2) % 500}` });
    for (let i = 0; i < 5000; i++) turn(i);
    const before = wasm.memory.buffer.byteLength;
    for (let i = 0; i < 50_000; i++) turn(i);
    expect(wasm.memory.buffer.byteLength).toBe(before);
  });
});
