import { once } from "node:events";
import { connect, createServer } from "node:http2";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../../testing/compile.support.js";
import { pairOfEnds } from "../http2.support.js";

const ENTRY = `
  import { HeaderList, HpackDecoder, huffmanDecode } from "./index";
  import { releaseArena, Slice, Writer } from "../../bytes";
  export { meltemiAbort } from "../../abi";
  const input = new Writer();
  const headers = new HeaderList();
  let decoder = new HpackDecoder(4096);
  export function open(size: i32): void { decoder.free(); decoder = new HpackDecoder(size); }
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function decode(): bool { headers.clear(); return decoder.decode(input.view(), headers); }
  export function count(): i32 { return headers.length; }
  export function at(index: i32): usize { return index & 1 ? headers.valueAt(index >> 1).ptr : headers.nameAt(index >> 1).ptr; }
  export function size(index: i32): i32 {
    return index & 1 ? headers.valueAt(index >> 1).length : headers.nameAt(index >> 1).length;
  }
  export function huffman(): i32 { const text = huffmanDecode(input.view()); return text == null ? -1 : text.length; }
  export function release(): void { releaseArena(); }
`;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  open(size: number): void;
  inputAt(length: number): number;
  decode(): number;
  count(): number;
  at(index: number): number;
  size(index: number): number;
  huffman(): number;
  release(): void;
}

type Pair = readonly [name: string, value: string];

let wasm: Exports;

beforeAll(async () => {
  const module = await compileModule("assembly/bridge/hpack/probe.ts", ENTRY);
  wasm = new WebAssembly.Instance(module, { env: new Proxy({}, { get: () => () => 0 }) }).exports as unknown as Exports;
  wasm._initialize();
});

function put(bytes: Uint8Array): void {
  new Uint8Array(wasm.memory.buffer).set(bytes, wasm.inputAt(bytes.length));
}

/** The headers of a block; null where it is none. */
function decode(block: Uint8Array): Pair[] | null {
  put(block);
  const good = wasm.decode() !== 0;
  const text = (index: number) =>
    Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.at(index), wasm.size(index))).toString("latin1");
  const pairs = Array.from({ length: good ? wasm.count() : 0 }, (_, i): Pair => [text(2 * i), text(2 * i + 1)]);
  wasm.release();
  return good ? pairs : null;
}

describe("HPACK, decoded", () => {
  // RFC 7541, appendix C.4 and C.6: Huffman strings, one connection's table from block to block.
  it("reads the examples of the RFC", () => {
    wasm.open(4096);
    const blocks = [
      "828684418cf1e3c2e5f23a6ba0ab90f4ff",
      "828684be5886a8eb10649cbf",
      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ];
    const [first, second, third] = blocks.map((hex) => decode(Buffer.from(hex, "hex")));
    expect(first).toContainEqual([":authority", "www.example.com"]);
    expect(second).toContainEqual(["cache-control", "no-cache"]);
    expect(third).toEqual([
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/index.html"],
      [":authority", "www.example.com"],
      ["custom-key", "custom-value"],
    ]);
  });

  it("evicts as the encoder does, with a small table", () => {
    wasm.open(256);
    const blocks = [
      "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
      "4883640effc1c0bf",
      "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
    ].map((hex) => decode(Buffer.from(hex, "hex")));
    expect(blocks[0]?.map(([name]) => name)).toEqual([":status", "cache-control", "date", "location"]);
    expect(blocks[1]?.[0]).toEqual([":status", "307"]);
    expect(blocks[2]?.at(-1)).toEqual(["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"]);
  });

  it("reads what nghttp2's encoder writes, block after block of one connection", async () => {
    const name = fc.stringMatching(/^x-[a-z0-9-]{1,20}$/);
    const value = fc.stringMatching(/^([!-~]([ -~]{0,60}[!-~])?)?$/);
    const list = fc.sample(
      fc.array(fc.dictionary(name, value, { maxKeys: 12 }), { minLength: 60, maxLength: 60 }),
      1,
    )[0];
    const requests = (list ?? []).map((headers) => ({ ...headers }));
    const blocks = await blocksOf(requests);
    wasm.open(4096);
    for (const [i, headers] of requests.entries()) {
      const decoded = decode(blocks[i] ?? Buffer.alloc(0)) ?? [];
      expect(decoded.filter(([key]) => key.startsWith("x-")).sort()).toEqual(Object.entries(headers).sort());
    }
  });

  it.each([
    ["an index beyond the tables", "be"],
    ["index zero", "80"],
    ["a table larger than announced", "3fe2ff03"],
    ["a size update behind a header", "8220"],
    ["a string that is cut", "0005616263"],
    ["an integer without end", "1fffffffffffffffffff"],
    ["an integer that is cut", "1fff"],
    ["padding that is not ones", "0081000161"],
    ["the end-of-string symbol", "0084ffffffff0161"],
  ])("refuses %s", (_what, hex) => {
    wasm.open(4096);
    expect(decode(Buffer.from(hex, "hex"))).toBeNull();
  });

  it("neither traps nor hangs on garbage", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (blocks) => {
        wasm.open(512);
        for (const block of blocks) decode(block);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps nothing beyond its table", () => {
    wasm.open(4096);
    const block = Buffer.from("40046e616d650576616c7565", "hex");
    for (let i = 0; i < 2000; i++) decode(block);
    const before = wasm.memory.buffer.byteLength;
    for (let i = 0; i < 50_000; i++) decode(block);
    expect(wasm.memory.buffer.byteLength).toBe(before);
  });
});

/** The header blocks of requests, as node's HTTP/2 client sends them on one connection. */
async function blocksOf(requests: Record<string, string>[]): Promise<Buffer[]> {
  const sent: Buffer[] = [];
  const [client, server] = pairOfEnds(sent);
  const http2 = createServer();
  http2.on("stream", (stream) => stream.respond({ ":status": 200 }, { endStream: true }));
  const session = connect("http://localhost", { createConnection: () => client });
  http2.emit("connection", server);
  for (const headers of requests) {
    const stream = session.request({ ":path": "/", ...headers }, { endStream: true });
    stream.resume();
    await once(stream, "end");
  }
  session.destroy();
  return headerBlocks(Buffer.concat(sent).subarray(24));
}

function headerBlocks(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    const priority = (bytes.readUInt8(at + 4) & 0x20) > 0 ? 5 : 0;
    if (bytes[at + 3] === 1) blocks.push(bytes.subarray(at + 9 + priority, at + 9 + length));
    at += 9 + length;
  }
  return blocks;
}
