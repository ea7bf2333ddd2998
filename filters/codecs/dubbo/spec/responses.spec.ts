import { beforeAll, describe, expect, it } from "vitest";
import { Probe } from "../../../../assembly/testing/probe.support.js";
import { map, recorded, response, sample, source, utf8 } from "./frames.support.js";

let probe: Probe;
beforeAll(async () => {
  probe = await Probe.of(source);
});

const decode = (bytes: Uint8Array) => probe.decode(bytes, "Server");

describe("responses of a real provider", () => {
  for (const { name, bytes } of recorded().filter((it) => it.name.endsWith("-response.hex"))) {
    it(`reads and changes ${name}`, () => {
      const outcome = name.includes("exception") ? "BusinessError" : "Ok";
      expect(decode(bytes)).toMatchObject({ outcome, code: 20 });
      expect(decode(bytes)?.attributes).toEqual(
        name.includes("one-way")
          ? []
          : [
              ["X-Answer", utf8("from alpha 🌊")],
              ["dubbo", "2.0.2"],
              ["Provider", "alpha"],
            ],
      );
      const changes = [{ change: "Provider", value: utf8("β") }, { remove: "dubbo" }, { append: "New", value: "1" }];
      expect(decode(probe.encode(bytes, "Server", changes) ?? Buffer.alloc(0))).toEqual({
        ...decode(bytes),
        attributes: [
          ["X-Answer", utf8("from alpha 🌊")],
          ["Provider", utf8("β")],
          ["New", "1"],
        ],
      });
    });
  }
});

describe("any response", () => {
  const value = { $class: "demo.A", $: { text: "wind 🌊", more: [1, null] } };

  it("gets attachments where it has none", () => {
    for (const content of [0x90, 0x91, 0x92]) {
      const without = response({ content, write: (body) => content < 0x92 && body.write(value) });
      const filled = response({
        content: content + 3,
        write: (body) => {
          if (content < 0x92) body.write(value);
          body.write(map({ New: "wind 🌊" }));
        },
      });
      expect(decode(without)?.attributes).toEqual([]);
      expect(decode(without)?.outcome).toBe(content === 0x90 ? "BusinessError" : "Ok");
      const encoded = probe.encode(without, "Server", [{ append: "New", value: utf8("wind 🌊") }]);
      expect(encoded).toEqual(filled);
    }
  });

  it("keeps an empty map when the last attachment goes", () => {
    const bytes = response({ content: 0x95, write: (body) => body.write(map({ a: "1" })) });
    const empty = response({ content: 0x95, write: (body) => body.write(map({})) });
    expect(probe.encode(bytes, "Server", [{ remove: "a" }])).toEqual(empty);
  });

  it("maps every status", () => {
    const seen = [25, 30, 31, 35, 40, 50, 60, 70, 80, 90, 100, 255].map((status) => {
      const decoded = decode(response({ status, write: (body) => body.writeString("reason") }));
      return [decoded?.code, decoded?.outcome];
    });
    expect(Object.fromEntries(seen)).toEqual({
      25: "ServerError",
      30: "Timeout",
      31: "Timeout",
      35: "ServerError",
      40: "ClientError",
      50: "ServerError",
      60: "ClientError",
      70: "ServerError",
      80: "ServerError",
      90: "ClientError",
      100: "ServerError",
      255: "ServerError",
    });
  });

  it("is passed on with its status where the body is none that it knows", () => {
    for (const write of [undefined, (body: { writeInt(value: number): unknown }) => body.writeInt(6)]) {
      const bytes = response(write ? { write } : {});
      expect(decode(bytes)).toMatchObject({ outcome: "Ok", code: 20, attributes: [] });
      expect(probe.encode(bytes, "Server", [{ append: "a", value: "b" }])).toBeNull();
    }
    const unknown = sample("hessian2-text-response").bytes.slice();
    unknown[2] = 21;
    expect(decode(unknown)).toMatchObject({ outcome: "Ok", code: 20, attributes: [] });
  });
});
