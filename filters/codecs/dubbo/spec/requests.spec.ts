import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Decoded, Probe } from "../../../../assembly/testing/probe.support.js";
import { map, recorded, request, sample, source, utf8 } from "./frames.support.js";
import { frames } from "./values.support.js";

let probe: Probe;
beforeAll(async () => {
  probe = await Probe.of(source);
});

const attributes = (decoded: Decoded | null) => Object.fromEntries(decoded?.attributes ?? []);
const decode = (bytes: Uint8Array) => probe.decode(bytes, "Client");
const USUAL = { path: "demo.Reviews", interface: "demo.Reviews", version: "1.0.0", timeout: "900" };

describe("requests of a real consumer", () => {
  for (const { name, bytes } of recorded().filter((it) => it.name.endsWith("-request.hex"))) {
    it(`reads ${name}`, () => {
      const decoded = decode(bytes);
      expect(decoded?.service).toBe("meltemi.peer.Everything");
      expect(decoded?.timeoutMs).toBe(10_000);
      expect(attributes(decoded)).toMatchObject({
        interface: "meltemi.peer.Everything",
        method: decoded?.operation,
        version: "1.2.3",
        group: "peers",
        path: "meltemi.peer.Everything",
        "remote.application": "meltemi-consumer",
        timeout: "10000",
      });
      expect(decoded?.own).toBe(4);
    });

    it(`changes what can be changed in ${name}`, () => {
      const changes = [
        { change: "version", value: "2.0.0" },
        { change: "method", value: "other" },
        { change: "interface", value: "demo.Other" },
        { change: "timeout", value: "5" },
        { remove: "group" },
        { append: "X-Mixed-Case", value: utf8("wind 🌊") },
      ];
      const changed = probe.encode(bytes, "Client", changes) ?? Buffer.alloc(0);
      const after = decode(changed);
      expect(after).toMatchObject({ service: "demo.Other", operation: "other", timeoutMs: 5 });
      expect(attributes(after)).toEqual({
        interface: "demo.Other",
        method: "other",
        version: "2.0.0",
        path: "demo.Other",
        "remote.application": "meltemi-consumer",
        timeout: "5",
        "X-Mixed-Case": utf8("wind 🌊"),
      });
      expect(probe.encode(bytes, "Client", [{ remove: "method" }])).toBeNull();
    });
  }

  it("keeps the bytes of all that is not changed", () => {
    for (const { bytes } of recorded().filter((it) => it.name.endsWith("-request.hex"))) {
      const changed = probe.encode(bytes, "Client", [{ append: "a", value: "b" }]) ?? Buffer.alloc(0);
      const without = (frame: Uint8Array, from: number, to: number) =>
        Buffer.concat([frame.subarray(0, 12), frame.subarray(from, to)]);
      const hessian = ((bytes[2] ?? 0) & 0x1f) === 2;
      if (hessian) expect(without(changed, 16, -5)).toEqual(without(bytes, 16, -1));
      expect(changed.length).toBe(bytes.length + 4);
    }
  });
});

describe("any request", () => {
  it("has its attachments read behind arguments of any kind, and encoded", () => {
    fc.assert(
      fc.property(frames, ({ bytes, from }) => {
        const decoded = probe.decode(bytes, from);
        expect(decoded).not.toBeNull();
        const error = from === "Server" && bytes[3] !== 20;
        const encoded = probe.encode(bytes, from, [{ append: "behind", value: "all" }]);
        if (error) expect(encoded).toBeNull();
        else expect(probe.decode(encoded ?? Buffer.alloc(0), from)?.attributes).toContainEqual(["behind", "all"]);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes the interface from the path where no attachment names it, and has no group then", () => {
    const decoded = decode(request({ path: "demo.Path", attachments: map({ a: "1" }) }));
    expect(decoded?.attributes).toEqual([
      ["interface", "demo.Path"],
      ["method", "list"],
      ["version", "1.0.0"],
      ["a", "1"],
    ]);
    expect(decoded?.timeoutMs).toBe(0);
  });

  it("lets attachments win over the body's beginning, as providers do", () => {
    const attachments = map({ ...USUAL, interface: "demo.I", version: "9", group: "g", method: "not this" });
    expect(attributes(decode(request({ path: "/custom", version: null, attachments })))).toMatchObject({
      interface: "demo.I",
      version: "9",
      group: "g",
      method: "list",
    });
  });

  it("moves only what said the interface when it is changed", () => {
    const bytes = request({ path: "/custom", attachments: map({ ...USUAL, path: "/custom" }) });
    const after = decode(probe.encode(bytes, "Client", [{ change: "interface", value: "demo.Moved" }]) ?? bytes);
    expect(attributes(after)).toMatchObject({ interface: "demo.Moved", path: "/custom" });
  });

  it("leaves attachments alone that are no strings, or named like the method", () => {
    const odd = { n: 5, list: ["a"], object: { $class: "demo.A", $: { a: 1 } }, method: "mine", z: "last" };
    const bytes = request({ attachments: map(odd) });
    expect(decode(bytes)?.attributes.slice(3)).toEqual([["z", "last"]]);
    const changed = probe.encode(bytes, "Client", [{ change: "method", value: "new" }]) ?? Buffer.alloc(0);
    expect(
      changed.equals(request({ method: "new", attachments: map(odd) }).fill(changed.subarray(12, 16), 12, 16)),
    ).toBe(true);
  });

  it("adds attachments where there are none, and leaves none where none were asked for", () => {
    for (const parts of [{}, { attachments: null }]) {
      const bytes = request({ arguments: ["x"], ...parts });
      expect(probe.encode(bytes, "Client", [{ append: "New", value: "1" }])).toEqual(
        request({ arguments: ["x"], attachments: map({ New: "1" }) }),
      );
      expect(probe.encode(bytes, "Client", [{ change: "method", value: "m" }])).toEqual(
        request({ arguments: ["x"], method: "m", ...parts }),
      );
    }
  });

  it("writes strings of every length as Java does", () => {
    for (const length of [0, 1, 31, 32, 255, 1023, 1024, 32767]) {
      for (const letter of ["a", "ν", "風"]) {
        const value = letter.repeat(length);
        const added = probe.encode(request({}), "Client", [{ append: "k", value: utf8(value) }]);
        expect(added, `${length} × ${letter}`).toEqual(request({ attachments: map({ k: value }) }));
      }
    }
    const emoji = "🌊".repeat(20_000);
    const added = probe.encode(request({}), "Client", [{ append: "k", value: utf8(emoji) }]) ?? Buffer.alloc(0);
    expect(added).toEqual(request({ attachments: map({ k: emoji }) }));
  });

  it("reads numbers as deadline too, and nothing else", () => {
    const long = (value: number) => ({ $class: "long", $: value });
    for (const [timeout, ms] of [
      ["0", 0],
      ["3000", 3000],
      ["-1", 0],
      ["soon", 0],
      ["99999999999", 0],
      [3000, 3000],
      [40, 40],
      [400_000, 400_000],
      [-5, 0],
      [long(7), 7],
      [long(1500), 1500],
      [long(100_000), 100_000],
      [long(1_000_000), 1_000_000],
      [true, 0],
      [null, 0],
    ] as const) {
      expect(decode(request({ attachments: map({ timeout }) }))?.timeoutMs, String(timeout)).toBe(ms);
    }
  });

  it("joins strings in chunks, and characters written as four bytes", () => {
    const chunked = Buffer.from("48520002616252000163016401785a", "hex");
    const body = Buffer.concat([request({}), chunked]);
    body.writeUInt32BE(body.length - 16, 12);
    expect(attributes(decode(body))).toMatchObject({ abcd: "x" });
    const four = Buffer.concat([request({}), Buffer.from("48016b03f09f8c8a615a", "hex")]);
    four.writeUInt32BE(four.length - 16, 12);
    expect(attributes(decode(four))["k"]).toBe(utf8("🌊a"));
  });

  it("keeps two attachments apart that differ in case only", () => {
    const bytes = request({ attachments: map({ User: "1", user: "2" }) });
    expect(probe.encode(bytes, "Client", [{ change: "user", value: "3" }])).toEqual(
      request({ attachments: map({ User: "1", user: "3" }) }),
    );
  });

  it("tells what it can where arguments or attachments cannot be read, and changes nothing there", () => {
    const strange = [
      request({ descriptor: "Lbroken" }),
      request({ descriptor: "Ljava/lang/Object;" }),
      request({ arguments: ["an attachment map of another kind"], descriptor: "" }),
    ];
    for (const bytes of strange) {
      expect(decode(bytes)).toMatchObject({ service: "demo.Reviews", operation: "list" });
      expect(probe.encode(bytes, "Client", [{ append: "a", value: "b" }])).toBeNull();
    }
  });

  it("refuses a serialization that it does not know, and still keeps step", () => {
    const bytes = sample("hessian2-text-request").bytes.slice();
    bytes[2] = 0xc0 | 21;
    expect(decode(bytes)).toBeNull();
    expect(probe.scan(bytes, "Client")).toMatchObject({ scan: "Frame", kind: "Request" });
  });
});

describe("nesting", () => {
  const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x79), Buffer.of(0x4e)]);
  const inLists = (levels: number, list: number[]) =>
    Buffer.concat([
      ...Array.from({ length: levels }, () => Buffer.from(list)),
      Buffer.of(0x4e),
      Buffer.alloc(levels, 0x5a),
    ]);
  const withArgument = (argument: Buffer) => {
    const bytes = Buffer.concat([request({ descriptor: "Ljava/lang/Object;" }), argument]);
    const whole = Buffer.concat([bytes, Buffer.from("48016101625a", "hex")]);
    whole.writeUInt32BE(whole.length - 16, 12);
    return whole;
  };

  it("is passed over at any depth that Java could have written", () => {
    expect(attributes(decode(withArgument(nested(2_000_000))))["a"]).toBe("b");
    expect(attributes(decode(withArgument(inLists(16_000, [0x57]))))["a"]).toBe("b");
  });

  it("ends the reading, and nothing else, past that", () => {
    const decoded = decode(withArgument(inLists(20_000, [0x57])));
    expect(decoded?.service).toBe("demo.Reviews");
    expect(attributes(decoded)["a"]).toBeUndefined();
  });

  it("passes over lists of unknown length, with and without a type", () => {
    expect(attributes(decode(withArgument(Buffer.from("5791925a", "hex"))))["a"]).toBe("b");
    expect(attributes(decode(withArgument(Buffer.from("55046c69737491925a", "hex"))))["a"]).toBe("b");
    expect(attributes(decode(withArgument(Buffer.from("55905a", "hex"))))["a"]).toBe("b");
  });
});
