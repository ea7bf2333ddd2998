import { beforeAll, describe, expect, it } from "vitest";
import { CAUSES, Probe } from "../../../../assembly/testing/probe.support.js";
import { message, recorded, SPEECHES, source, TYPES } from "./frames.support.js";
import type { Field } from "./values.support.js";

let probe: Probe;
beforeAll(async () => {
  probe = await Probe.of(source);
});

const text = (value: string) => ({ type: "binary", bytes: Buffer.from(value) }) as const;
const wind = Buffer.from("Jason 🌊").toString("latin1");
const PAIRS = [
  ["User", wind],
  ["client_timeout", "900"],
];

describe("what Apache's own library writes", () => {
  for (const { name, from, bytes } of recorded()) {
    it(`is read: ${name}`, () => {
      const pairs = name.startsWith("header") ? PAIRS : [];
      const decoded = probe.decode(bytes, from);
      if (from === "Client") {
        const method = name.includes("one-way") ? "note" : "echo";
        const service = name.includes("multiplexed") ? "Reviews" : "";
        const own = [...(service ? [["service", service]] : []), ["method", method]];
        expect(decoded).toMatchObject({ service, operation: method, timeoutMs: pairs.length > 0 ? 900 : 0 });
        expect(decoded?.attributes).toEqual([...own, ...pairs]);
        expect(probe.scan(bytes, from).kind).toBe(method === "note" ? "OneWay" : "Request");
        return;
      }
      const outcome = name.includes("business") ? "BusinessError" : name.includes("application") ? "ClientError" : "Ok";
      expect(decoded).toMatchObject({ outcome, code: name.includes("application") ? 1 : 0, attributes: pairs });
    });
  }
});

describe.each(SPEECHES)("$transport, $dialect", (speech) => {
  it("names the service and the method, changes them, and leaves all else", () => {
    const fields: Field[] = [{ id: 1, value: text("x".repeat(200)) }];
    const made = (name: string) => message({ ...speech, name, fields });
    const change = (name: string, ...changes: Parameters<Probe["encode"]>[2]) =>
      probe.encode(made(name), "Client", changes)?.toString("hex");
    const hex = (name: string) => made(name).toString("hex");
    expect(change("Cart:add", { change: "method", value: "remove" })).toBe(hex("Cart:remove"));
    expect(change("Cart:add", { change: "service", value: "CartV2" })).toBe(hex("CartV2:add"));
    expect(change("Cart:add", { remove: "service" })).toBe(hex("add"));
    expect(change("add", { append: "service", value: "Cart" })).toBe(hex("Cart:add"));
    expect(change("add", { change: "method", value: "m".repeat(130) })).toBe(hex("m".repeat(130)));
    expect(change("add", { change: "method", value: "Other:add" })).toBeUndefined();
    expect(change("add", { remove: "method" })).toBeUndefined();
  });

  it("tells results, exceptions and ends of void calls apart", () => {
    const answer = (fields: Field[]) =>
      probe.decode(message({ ...speech, type: TYPES.reply, fields }), "Server")?.outcome;
    expect(answer([{ id: 0, value: text("value") }])).toBe("Ok");
    expect(answer([])).toBe("Ok");
    expect(answer([{ id: 1, value: text("exception") }])).toBe("BusinessError");
    expect(answer([{ id: 3000, value: text("exception") }])).toBe("BusinessError");
  });

  it("maps every type of TApplicationException", () => {
    const outcomes = Array.from({ length: 13 }, (_, type) => {
      const fields: Field[] = [
        { id: 1, value: text("why") },
        { id: 2, value: { type: "i32", value: BigInt(type) } },
      ];
      const decoded = probe.decode(message({ ...speech, type: TYPES.exception, fields }), "Server");
      expect(decoded?.code).toBe(type);
      return decoded?.outcome;
    });
    const [server, client] = ["ServerError", "ClientError"];
    const named = [server, client, client, client, server, server, server, client, client, client, client, server];
    expect(outcomes).toEqual([...named, "Timeout"]);
  });

  it("answers in its own transport and dialect, to the method and with the number that the caller gave", () => {
    const types = { NoRoute: 1, TooLarge: 7, Unreadable: 7 } as Record<string, number>;
    for (const sequence of [0, 7, 0xfffffffe]) {
      const request = message({ ...speech, name: "Cart:add", sequence, fields: [{ id: 1, value: text("x") }] });
      for (const cause of CAUSES) {
        const reply = probe.fail(request, cause, "because 🌊");
        const words = probe.decode(reply, "Server");
        const empty = message({ ...speech, type: TYPES.exception, name: "add", sequence });
        // All but the struct, and the lengths before it, is that of an empty exception.
        const at = speech.transport === "unframed" ? 0 : 4;
        expect(reply.subarray(at, empty.length - 1)).toEqual(empty.subarray(at, -1));
        expect(reply.includes("because 🌊")).toBe(true);
        expect(words?.code).toBe(types[cause] ?? 6);
      }
    }
  });

  it("answers with the type and the words that a rule asks for", () => {
    const reply = probe.failRuled(message(speech), { code: 4242, message: "slow down" });
    expect(probe.decode(reply, "Server")?.code).toBe(4242);
    expect(reply.includes("slow down")).toBe(true);
    expect(reply.includes("meltemi")).toBe(false);
  });

  it("says nothing to one-way calls", () => {
    expect(probe.fail(message({ ...speech, type: TYPES.oneWay }), "NoRoute")).toHaveLength(0);
  });
});

describe("THeader", () => {
  const header = (pairs: readonly (readonly [string, string])[], rest?: Uint8Array) =>
    message({ transport: "header", pairs, ...(rest && { rest }) });

  it("changes, adds and removes pairs, in their spelling and order", () => {
    const before = header([
      ["One", "1"],
      ["Two", "2"],
      ["Three", "3"],
    ]);
    const changes = [{ change: "Two", value: "zwei" }, { remove: "One" }, { append: "Four", value: "4" }];
    const after = header([
      ["Two", "zwei"],
      ["Three", "3"],
      ["Four", "4"],
    ]);
    expect(probe.encode(before, "Client", changes)).toEqual(after);
    expect(probe.encode(header([["a", "b"]]), "Client", [{ remove: "a" }])).toEqual(header([]));
  });

  it("keeps infos that it does not know", () => {
    const rest = Buffer.from("7f0102", "hex");
    const change = [{ change: "a", value: "c" }];
    expect(probe.encode(header([["a", "b"]], rest), "Client", change)).toEqual(header([["a", "c"]], rest));
  });

  it("does not let a pair take the place of the message's own name", () => {
    const decoded = probe.decode(header([["Method", "other"]]), "Client");
    expect(decoded?.attributes).toEqual([["method", "echo"]]);
  });

  it("passes transforms and protocols that it does not know as they are", () => {
    for (const parts of [{ transforms: [1] }, { protocol: 1 }, { protocol: 2 }] as const) {
      const bytes = message({ transport: "header", ...parts });
      expect(probe.scan(bytes, "Client")).toMatchObject({
        scan: "Frame",
        kind: "Opaque",
        length: BigInt(bytes.length),
      });
      expect(probe.decode(bytes, "Client")).toBeNull();
      expect(probe.scan(bytes, "Server").kind).toBe("Response");
    }
  });

  it("takes headers out of shape for what cannot be read", () => {
    const bytes = header([["abc", "defgh"]]);
    for (const at of [16, 17, 18, 22]) {
      const broken = Buffer.from(bytes);
      broken[at] = 0x7f;
      if (at > 16) expect(probe.decode(broken, "Client"), `byte ${at}`).toBeNull();
    }
  });
});

describe("bytes that are no message", () => {
  it("are told at once", () => {
    const bad = ["GET / HTTP/1.1", "\0\0\0\0", "\xff\xff", "\x16\x03\x01\0\xc8", "\x80\x02", "\x82\x22x"];
    for (const start of bad) expect(probe.scan(Buffer.from(start, "latin1"), "Client").scan, start).toBe("Bad");
  });

  it("are answers from a client, and calls from a server", () => {
    for (const speech of SPEECHES) {
      expect(probe.scan(message({ ...speech, type: TYPES.reply }), "Client").scan).toBe("Bad");
      expect(probe.scan(message({ ...speech, type: TYPES.call }), "Server").scan).toBe("Bad");
    }
  });

  it("are structs in structs without end, where no length says where they stop", () => {
    const nested = (depth: number, dialect: "strict" | "compact") => {
      const open = Buffer.from((dialect === "compact" ? "1c" : "0c0001").repeat(depth), "hex");
      const start = message({ transport: "unframed", dialect }).subarray(0, -1);
      return Buffer.concat([start, open, Buffer.alloc(depth + 1)]);
    };
    for (const dialect of ["strict", "compact"] as const) {
      expect(probe.scan(nested(63, dialect), "Client").scan).toBe("Frame");
      expect(probe.scan(nested(64, dialect), "Client").scan).toBe("Bad");
    }
  });
});
