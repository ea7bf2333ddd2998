import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../../../../assembly/testing/compile.support.js";

const ENTRY = `
  import { Slice, Writer } from "meltemi/assembly/bytes";
  import { decodeBase64Url } from "./base64url";
  import { ecPublicKey, ecSignature, rsaPublicKey } from "./der";
  import { hmacSha256, sameSecretly } from "./hmac";
  import { Sha256 } from "./sha256";
  export { meltemiAbort } from "meltemi/assembly/abi";
  const input = new Writer();
  const output = new Writer();
  const sha = new Sha256();
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function outputAt(): usize { return output.ptr; }
  export function outputLength(): i32 { return output.length; }
  function head(split: i32): Slice { return Slice.view(input.ptr, split); }
  function tail(split: i32): Slice { return Slice.view(input.ptr + split, input.length - split); }
  export function decode(): bool { output.reset(); return decodeBase64Url(input.view(), output); }
  export function sha256(split: i32): void {
    output.reset();
    output.reserve(32);
    sha.update(head(split));
    sha.update(tail(split));
    sha.finish(output.ptr);
  }
  export function hmac(split: i32): void { output.reset(); output.reserve(32); hmacSha256(head(split), tail(split), output.ptr); }
  export function same(split: i32): bool { return sameSecretly(head(split), tail(split)); }
  export function rsa(split: i32): void { output.reset(); rsaPublicKey(head(split), tail(split), output); }
  export function ec(split: i32): bool { output.reset(); return ecPublicKey(head(split), tail(split), output); }
  export function signature(): bool { output.reset(); return ecSignature(input.view(), output); }
`;

interface Exports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  _initialize(): void;
  inputAt(length: number): number;
  outputAt(): number;
  outputLength(): number;
  decode(): number;
  sha256(split: number): void;
  hmac(split: number): void;
  same(split: number): number;
  rsa(split: number): void;
  ec(split: number): number;
  signature(): number;
}

let wasm: Exports;

beforeAll(async () => {
  const module = await compileModule("filters/http/jwt-auth/crypto/probe.ts", ENTRY);
  const env = new Proxy({}, { get: () => () => 0 });
  wasm = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  wasm._initialize();
});

function put(...parts: Uint8Array[]): void {
  const bytes = Buffer.concat(parts);
  const at = wasm.inputAt(bytes.length); // which may move the memory
  new Uint8Array(wasm.memory.buffer).set(bytes, at);
}

const output = () => Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.outputAt(), wasm.outputLength()));

const bytes = (maxLength = 300) => fc.uint8Array({ maxLength });

describe("base64url", () => {
  const decode = (text: string) => {
    put(Buffer.from(text, "latin1"));
    return wasm.decode() ? output() : undefined;
  };

  it("is decoded as node:buffer decodes it", () => {
    fc.assert(
      fc.property(bytes(), (data) => {
        expect(decode(Buffer.from(data).toString("base64url"))?.equals(data)).toBe(true);
      }),
    );
  });

  it("is refused with padding, other characters, a length that cannot be, and bits that stand for nothing", () => {
    for (const text of ["YQ==", "Y+Q", "Y/Q", "Y Q", "é", "Y", "YWJjZ", "YR", "YWK"])
      expect(decode(text)).toBeUndefined();
    expect(decode("")?.length).toBe(0);
  });

  it("is decoded to the one text that it comes from, or not at all", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const decoded = decode(text);
        if (decoded !== undefined) expect(decoded.toString("base64url")).toBe(text);
      }),
    );
  });
});

describe("SHA-256 and HMAC", () => {
  it("are node:crypto's, at every length around a block, in any two pieces", () => {
    for (let length = 0; length <= 200; length++) {
      const data = Buffer.alloc(length, `${length}`);
      for (const split of [0, length >> 1, Math.min(length, 64), length]) {
        put(data);
        wasm.sha256(split);
        expect(output()).toEqual(createHash("sha256").update(data).digest());
      }
    }
  });

  it("hashes a million letters (FIPS 180-4's third example)", () => {
    put(Buffer.alloc(1_000_000, "a"));
    wasm.sha256(3);
    expect(output().toString("hex")).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  it("HMAC is node:crypto's, with keys shorter and longer than a block", () => {
    fc.assert(
      fc.property(bytes(150), bytes(), (key, message) => {
        put(key, message);
        wasm.hmac(key.length);
        expect(output()).toEqual(createHmac("sha256", key).update(message).digest());
      }),
    );
  });

  it("compares all bytes", () => {
    const same = (a: number[], b: number[]) => {
      put(Uint8Array.from(a), Uint8Array.from(b));
      return Boolean(wasm.same(a.length));
    };
    expect([same([1, 2, 3], [1, 2, 3]), same([], []), same([1, 2, 3], [1, 2, 4]), same([0, 2], [1, 2])]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(same([1, 2], [1])).toBe(false);
  });
});

describe("DER", () => {
  const decoded = (text: string | undefined) => Buffer.from(text ?? "", "base64url");

  it.each([2048, 3072])("an RSA key of %d bits is as node:crypto writes it", (modulusLength) => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength });
    const { n, e } = publicKey.export({ format: "jwk" });
    put(decoded(n), decoded(e));
    wasm.rsa(decoded(n).length);
    expect(output()).toEqual(publicKey.export({ format: "der", type: "spki" }));
    // Zeros in front change nothing.
    put(Buffer.alloc(3), decoded(n), Buffer.alloc(1), decoded(e));
    wasm.rsa(decoded(n).length + 3);
    expect(output()).toEqual(publicKey.export({ format: "der", type: "spki" }));
  });

  it("a key on P-256 is as node:crypto writes it, and of no other size", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y } = publicKey.export({ format: "jwk" });
    put(decoded(x), decoded(y));
    expect(wasm.ec(32)).toBeTruthy();
    expect(output()).toEqual(publicKey.export({ format: "der", type: "spki" }));
    expect(wasm.ec(31)).toBeFalsy();
  });

  it("a signature of ES256 is read by node:crypto, whatever its numbers begin with", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (let i = 0; i < 300; i++) {
      const text = Buffer.from(`${i}`);
      put(sign("sha256", text, { key: privateKey, dsaEncoding: "ieee-p1363" }));
      expect(wasm.signature()).toBeTruthy();
      expect(verify("sha256", text, publicKey, output())).toBe(true);
    }
    put(Buffer.alloc(64));
    expect(wasm.signature()).toBeTruthy();
    expect(output().toString("hex")).toBe("3006020100020100");
    for (const length of [0, 63, 65]) {
      put(Buffer.alloc(length));
      expect(wasm.signature()).toBeFalsy();
    }
  });

  it("what is no key is written all the same, and node:crypto refuses it", () => {
    put(Buffer.alloc(300), Buffer.alloc(3));
    wasm.rsa(300);
    expect(() => {
      const key = createPublicKey({ key: output(), format: "der", type: "spki" });
      if (!verify("sha256", Buffer.alloc(1), key, Buffer.alloc(256))) throw new Error("refused");
    }).toThrow();
  });
});
