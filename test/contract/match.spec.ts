import { expect, test } from "vitest";
import { ALL_PROTOCOLS, type Attributes, contract } from "../support/index.js";

const services = {
  match: {
    routes: [
      { match: { User: { exact: "Jason" } }, to: "v2" },
      { match: { team: { prefix: "can" } }, to: "v3" },
      { match: { trace: { regex: "[0-9a-f]{4}-x" } }, to: "v1" },
      { match: { a: { exact: "1" }, B: { prefix: "2" }, c: { regex: "3+" } }, to: "v2" },
      { match: { method: { exact: "special" } }, to: "v3" },
    ],
  },
  plain: {},
};

contract(
  "attribute match",
  { services },
  (world) => {
    const routed: [string, Attributes, string][] = [
      ["exact", [["User", "Jason"]], "v2"],
      ["exact, the name in another case", [["uSER", "Jason"]], "v2"],
      ["prefix", [["team", "canary"]], "v3"],
      ["prefix, the whole value", [["Team", "can"]], "v3"],
      ["regex", [["trace", "0af9-x"]], "v1"],
      [
        "all of several",
        [
          ["C", "333"],
          ["b", "2nd"],
          ["A", "1"],
        ],
        "v2",
      ],
      [
        "the first route that fits",
        [
          ["team", "canary"],
          ["user", "Jason"],
        ],
        "v2",
      ],
    ];
    test.each(routed)("%s", async (_, attributes, backend) => {
      const caller = world().caller("match");
      const answer = await caller.call({ attributes, payload: "hello" });
      expect(answer.error).toBeUndefined();
      expect(answer.payload.toString()).toBe("hello");
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0, [backend]: 1 });
      const [message] = world().all.flatMap(({ messages }) => messages);
      expect(message?.attributes).toEqual(attributes);
    });

    test("the method is an attribute too", async () => {
      await world().caller("match").call({ operation: "special" });
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 1 });
    });

    const refused: [string, Attributes][] = [
      ["no attribute at all", []],
      ["exact, the value in another case", [["user", "jason"]]],
      ["exact, more than the value", [["user", "Jason "]]],
      ["regex, only a part of the value", [["trace", "z0af9-x"]]],
      [
        "two of three",
        [
          ["a", "1"],
          ["b", "2"],
        ],
      ],
    ];
    test.each(refused)("no match: %s", async (_, attributes) => {
      const answer = await world().caller("match").call({ attributes });
      expect(answer.error).toBe("no-route");
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0 });
    });

    test("a service without rules is served by all its backends", async () => {
      const caller = world().caller("plain");
      for (let i = 0; i < 30; i++) expect((await caller.call()).error).toBeUndefined();
      expect(Object.values(world().counts()).every((count) => count > 0)).toBe(true);
    });
  },
  { protocols: ALL_PROTOCOLS },
);
