import { afterAll, expect, test } from "vitest";
import { watchTap } from "../../control/index.js";
import { awesomerpc, contract, ONE_BY_ONE, until } from "../support/index.js";
import { XdsTls } from "./xds-tls.support.js";

const tls = new XdsTls();
afterAll(() => tls.remove());

contract(
  "xDS by TLS",
  async (kind) => tls.world(kind),
  (world) => {
    test("requests are served as they are without", async () => {
      expect((await world().caller("greeter").call()).error).toBeUndefined();
    });

    test("its calls are watched the same way", async () => {
      const seen: unknown[] = [];
      const request = { service: "greeter.test", match: [], payload: 0, mask: [] };
      const watch = watchTap(world().control, request, (event) => seen.push(event), tls.client);
      const caller = world().caller("greeter");
      await until("a call to be seen", async () => {
        await caller.call();
        return seen.some((event) => typeof event === "object" && event !== null && "record" in event);
      });
      await watch.close();
    });
  },
  { protocols: [awesomerpc], lanes: ONE_BY_ONE, sideBySide: true },
);
