import { expect, test } from "vitest";
import { ALL_PROTOCOLS, contract, ONE_BY_ONE, redis, until } from "../support/index.js";

const services = {
  mirror: { routes: [{ to: "v1", mirror: "v2" }] },
};

contract(
  "mirror",
  { services },
  (world) => {
    test("the mirror gets the same bytes and the client only its own answer", async () => {
      const { protocol, backends } = world();
      backends.v2.reply = () => ({ attributes: [["Served-By", "the mirror"]], payload: "from the mirror" });
      const caller = world().caller("mirror");
      const payloads = Array.from({ length: 50 }, (_, index) => `${index}:${"x".repeat(index * 100)}`);
      const answers = await Promise.all(
        payloads.map((payload) => caller.call({ attributes: [["User-Name", "Ann"]], payload })),
      );
      expect(answers.map(({ payload }) => payload.toString())).toEqual(payloads);
      expect(answers.every(({ attributes }) => attributes.some(([, value]) => value === "v1"))).toBe(true);

      await until("the mirror to have all", () => backends.v2.messages.length >= payloads.length);
      const bytes = ({ messages }: typeof backends.v1) =>
        messages.map(({ raw }) => protocol.withoutId(raw).toString("hex"));
      expect(bytes(backends.v2).sort()).toEqual(bytes(backends.v1).sort());
      expect(backends.v3.messages).toEqual([]);
    });

    test("a mirror that never answers, or is gone, harms nobody", async () => {
      const { backends } = world();
      backends.v2.silent = true;
      const caller = world().caller("mirror");
      for (let i = 0; i < 20; i++) expect((await caller.call({ payload: `${i}` })).payload.toString()).toBe(`${i}`);
      backends.v2.kill();
      for (let i = 0; i < 20; i++) expect((await caller.call({ payload: `${i}` })).payload.toString()).toBe(`${i}`);
    });
  },
  { protocols: [...ALL_PROTOCOLS, redis], lanes: ONE_BY_ONE },
);
