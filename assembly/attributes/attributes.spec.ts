import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../testing/compile.support.js";

const ENTRY = `
  import { attributeHeader, attributeValue, Digest, headerHash, isAttributeHeader, originalName, originalValue } from "meltemi/assembly/attributes";
  import { releaseArena, Slice, Writer } from "meltemi/assembly/bytes";
  export { meltemiAbort } from "meltemi/assembly/abi";
  const input = new Writer();
  const digest = new Digest();
  let result: Slice = Slice.empty();
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function resultAt(): usize { return result.ptr; }
  export function resultLength(): i32 { return result.length; }
  export function header(): void { result = attributeHeader(input.view()); }
  export function name(): void { result = originalName(input.view()); }
  export function value(): void { result = attributeValue(input.view()); }
  export function plain(): void { result = originalValue(input.view()); }
  export function isAttribute(): bool { return isAttributeHeader(input.view()); }
  export function add(split: i32): void {
    digest.add(headerHash(Slice.view(input.ptr, split), Slice.view(input.ptr + split, input.length - split)));
  }
  export function hex(): void { result = digest.hex(); }
  export function reset(): void { digest.reset(); }
  export function release(): void { result = Slice.empty(); releaseArena(); }
`;

interface Exports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  _initialize(): void;
  inputAt(length: number): number;
  resultAt(): number;
  resultLength(): number;
  isAttribute(): number;
  add(split: number): void;
  hex(): void;
  reset(): void;
  release(): void;
}

let wasm: Exports;

beforeAll(async () => {
  const module = await compileModule("assembly/attributes/probe.ts", ENTRY);
  const env = new Proxy({}, { get: () => () => 0 });
  wasm = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  wasm._initialize();
});

function put(bytes: Uint8Array): void {
  new Uint8Array(wasm.memory.buffer).set(bytes, wasm.inputAt(bytes.length));
}

function result(): Buffer {
  const bytes = Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.resultAt(), wasm.resultLength()));
  wasm.release();
  return bytes;
}

function through(what: "header" | "name" | "value" | "plain", bytes: Uint8Array): Buffer {
  put(bytes);
  (wasm[what] as () => void)();
  return result();
}

const isAttribute = (header: Uint8Array): boolean => {
  put(header);
  return wasm.isAttribute() !== 0;
};

function digest(headers: readonly (readonly [string, string])[]): string {
  wasm.reset();
  for (const [name, value] of headers) {
    put(Buffer.from(name + value));
    wasm.add(Buffer.byteLength(name));
  }
  wasm.hex();
  return result().toString();
}

describe("attributeHeader", () => {
  it("names headers as the control plane does", async () => {
    const vectors = new URL("../bridge/attribute-vectors.json", import.meta.url);
    const { headers } = JSON.parse(await readFile(vectors, "utf8")) as { headers: { name: string; header: string }[] };
    for (const { name, header } of headers) expect(through("header", Buffer.from(name)).toString(), name).toBe(header);
  });

  it("gives any bytes a name that HTTP bears, that is an attribute's, and that leads back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 160 }), (name) => {
        const header = through("header", name);
        expect(header.toString("latin1")).toMatch(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/);
        expect(isAttribute(header)).toBe(true);
        if (name.length > 128) return;
        const lower = Buffer.from(Buffer.from(name).map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)));
        expect(through("name", header).equals(lower)).toBe(true);
      }),
    );
  });

  it("bears no byte as it is that HTTP's names do not", () => {
    for (let byte = 0; byte < 256; byte++) {
      const header = through("header", Buffer.from([0x61, byte, 0x7a])).toString("latin1");
      expect(header, String(byte)).toMatch(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/);
    }
  });

  it.each(["host", ":path", "x-envoy-retry-on", "x-request-id", "x-meltemi-digest", "grpc-timeout", "te", ""])(
    "keeps %j for HTTP and the proxy",
    (name) => expect(isAttribute(Buffer.from(name))).toBe(false),
  );
});

describe("attributeValue", () => {
  it("leaves alone what HTTP bears", () => {
    for (const value of ["", "x", "a b\tc", "50%", "grün €"]) {
      expect(through("value", Buffer.from(value)).toString()).toBe(value);
    }
  });

  it("escapes the rest, so that nothing ends a header", () => {
    expect(through("value", Buffer.from("a\r\nb: 5%")).toString()).toBe("a%0D%0Ab: 5%25");
    expect(through("value", Buffer.from(" x ")).toString()).toBe("%20x%20");
    expect(through("value", Buffer.from("\0\u007f")).toString()).toBe("%00%7F");
  });

  it("finds a byte that HTTP does not bear wherever it stands", () => {
    for (let byte = 0; byte < 256; byte++) {
      const bad = byte === 0x7f || (byte < 0x20 && byte !== 0x09);
      for (let at = 1; at < 18; at++) {
        const value = Buffer.alloc(19, at % 2 ? 0x80 : 0x20);
        value[0] = value[18] = 0x78;
        value[at] = byte;
        expect(through("value", value).equals(value), `${byte} at ${at}`).toBe(!bad);
      }
    }
  });

  it("can be read back where it was escaped", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (value) => {
        const form = through("value", value);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not occur
        expect(form.toString("latin1")).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]|^[ \t]|[ \t]$/);
        if (!form.equals(Buffer.from(value))) expect(through("plain", form).equals(Buffer.from(value))).toBe(true);
      }),
    );
  });
});

describe("the digest", () => {
  it("does not depend on order, and shows every change", () => {
    const base = [
      ["user", "Jason"],
      ["group", "a"],
    ] as const;
    const [first, second] = base;
    expect(digest(base)).toMatch(/^[0-9a-f]{16}$/);
    expect(digest([second, first])).toBe(digest(base));
    const changed = [[first], [...base, first], [["userj", "ason"], second], [["user", "jason"], second], []] as const;
    expect(new Set([base, ...changed].map((headers) => digest(headers as typeof base))).size).toBe(6);
  });
});
