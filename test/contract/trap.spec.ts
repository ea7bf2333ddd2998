import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { awesomerpc, contract, ONE_BY_ONE, until } from "../support/index.js";

/** The module of test/modules/trap traps on a request with this id, and speaks AwesomeRPC otherwise. */
const DEADLY = 0xdeadn;
const spec = {
  services: { fragile: {} },
  modules: fileURLToPath(new URL("../../build/test-wasm", import.meta.url)),
  codec: "trap",
};

contract(
  "a module that traps",
  spec,
  (world) => {
    test("costs the connections that it served; the listener serves new ones, each time", async () => {
      for (let round = 0; round < 3; round++) {
        expect((await world().caller("fragile").call({ payload: "before" })).payload.toString()).toBe("before");
        const socket = world().socket("fragile");
        const gone = new Promise((resolve) => socket.once("close", resolve));
        socket.resume().write(world().protocol.request(DEADLY, {}));
        await gone;
        await until("a new connection to be served", async () => {
          const answer = await world()
            .caller("fragile", 1_000)
            .call({ payload: "after" })
            .catch(() => undefined);
          return answer?.error === undefined && answer?.payload.toString() === "after";
        });
      }
    });

    test("says why in the proxy's log", async () => {
      world().socket("fragile").write(world().protocol.request(DEADLY, {}));
      await until("a line about it", () => /unreachable/i.test(world().proxy.log()));
    });
  },
  { protocols: [awesomerpc], lanes: ONE_BY_ONE },
);
