import { expect, test } from "vitest";
import { ALL_PROTOCOLS, type Attributes, contract, ONE_BY_ONE } from "../support/index.js";

const services = {
  mutate: {
    routes: [
      {
        match: { case: { exact: "both" } },
        to: "v1",
        request: [
          ["X-User-Group", "canary"],
          ["Added-By", "Meltemi ✓"],
        ] as Attributes,
        response: [["Seen-By", "The Mesh"]] as Attributes,
      },
      { match: { case: { exact: "response" } }, to: "v1", response: [["served-BY", "changed"]] as Attributes },
      { match: { case: { exact: "renamed" } }, to: "v2", request: [["case", "both"]] as Attributes },
      {
        match: { case: { exact: "forms" } },
        to: "v1",
        requestMutation: [
          { key: "Old", rename: "New" },
          { key: "user", copyTo: "X-User" },
          { key: "X-Caller", template: "%REQ(user)% asks %OPERATION% by %ROUTE_NAME%" },
          { key: "debug", remove: true, match: { attributes: { user: { prefix: "a" } } } },
          { key: "not", value: "so", match: { attributes: { user: { prefix: "b" } } } },
          { key: "Short", value: "yes", match: { attributes: { user: { regex: "[a-z]{1,3}" } } } },
          // Of all of the value, not of a part.
          { key: "not", value: "so", match: { attributes: { user: { regex: "n+" } } } },
        ],
        responseMutation: [
          { key: "Kind", value: "numbered", match: { attributes: { "served-by": { regex: "(v|w)\\d" } } } },
          { key: "not", value: "so", match: { attributes: { "served-by": { regex: "\\d" } } } },
          { key: "Served-By", rename: "X-Backend" },
          { key: "Answer-To", template: "%REQ(user)% from %RESP(X-Backend)%" },
        ],
      },
      { to: "v1" },
    ],
  },
};

contract(
  "mutation",
  { services },
  (world) => {
    test("request and response mutation arrive, in the spelling of the rule", async () => {
      const answer = await world()
        .caller("mutate")
        .call({
          attributes: [
            ["Case", "both"],
            ["Untouched", "as it was"],
          ],
          payload: "body",
        });
      const [message] = world().backends.v1.messages;
      expect(message?.attributes).toEqual(
        expect.arrayContaining([
          ["Case", "both"],
          ["Untouched", "as it was"],
          ["X-User-Group", "canary"],
          ["Added-By", "Meltemi ✓"],
        ]),
      );
      expect(message?.attributes).toHaveLength(4);
      expect(message?.payload.toString()).toBe("body");
      expect(answer.payload.toString()).toBe("body");
      expect(answer.attributes).toEqual(
        expect.arrayContaining([
          ["Served-By", "v1"],
          ["Seen-By", "The Mesh"],
        ]),
      );
    });

    test("an attribute that is there already gets the new value and keeps its spelling and place", async () => {
      const attributes: Attributes = [
        ["case", "both"],
        ["x-USER-group", "old"],
        ["last", "one"],
      ];
      await world().caller("mutate").call({ attributes });
      const seen = world().backends.v1.messages[0]?.attributes ?? [];
      expect(seen.filter(([name]) => name.toLowerCase() === "x-user-group")).toEqual([["x-USER-group", "canary"]]);
      expect(seen).toEqual(expect.arrayContaining([["last", "one"]]));
    });

    test("attributes are renamed, copied, made of others and removed, where conditions hold", async () => {
      const attributes: Attributes = [
        ["case", "forms"],
        ["OLD", "1"],
        ["user", "ann"],
        ["debug", "x"],
      ];
      const answer = await world().caller("mutate").call({ operation: "get", attributes });
      const [message] = world().backends.v1.messages;
      expect([...(message?.attributes ?? [])].sort()).toEqual([
        ["New", "1"],
        ["Short", "yes"],
        ["X-Caller", "ann asks get by route-3"],
        ["X-User", "ann"],
        ["case", "forms"],
        ["user", "ann"],
      ]);
      expect([...answer.attributes].sort()).toEqual([
        ["Answer-To", "ann from v1"],
        ["Kind", "numbered"],
        ["X-Backend", "v1"],
      ]);
    });

    test("a change of what rules ask for leads to no other rule", async () => {
      await world()
        .caller("mutate")
        .call({ attributes: [["case", "renamed"]] });
      expect(world().backends.v1.messages).toEqual([]);
      expect(world().backends.v2.messages[0]?.attributes).toEqual([["case", "both"]]);
    });

    test("a response's own attribute is changed in its own spelling", async () => {
      const answer = await world()
        .caller("mutate")
        .call({ attributes: [["case", "response"]] });
      expect(answer.attributes).toEqual([["Served-By", "changed"]]);
    });

    test("a response without attributes gets its first", async () => {
      world().backends.v1.reply = () => ({ attributes: [], payload: "bare" });
      const answer = await world()
        .caller("mutate")
        .call({ attributes: [["case", "both"]] });
      expect([answer.attributes, answer.payload.toString()]).toEqual([[["Seen-By", "The Mesh"]], "bare"]);
    });

    test("untouched frames are byte-identical at the backend, and their answers at the client", async () => {
      const { protocol } = world();
      const calls = [
        { payload: "" },
        { payload: Buffer.from(Array.from({ length: 256 }, (_, index) => index)) },
        {
          payload: "x",
          attributes: [
            ["Name", " spaced "],
            ["name", "twice"],
            ["", "empty name"],
            ["empty", ""],
          ] as Attributes,
        },
      ];
      for (const call of calls) {
        const answer = await world().caller("mutate").call(call);
        expect(answer.payload).toEqual(Buffer.from(call.payload));
      }
      expect(world().backends.v1.messages.map(({ raw }) => protocol.withoutId(raw).toString("hex"))).toEqual(
        calls.map((call) => protocol.request(0n, call).toString("hex")),
      );
    });
  },
  { protocols: ALL_PROTOCOLS, lanes: ONE_BY_ONE },
);
