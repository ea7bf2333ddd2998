import { expect, test } from "vitest";
import { awesomerpc, contract, ONE_BY_ONE, until } from "../support/index.js";

const OUT_MS = 1_500;
const outlierDetection = {
  ...{ interval: "100ms", baseEjectionTime: `${OUT_MS}ms`, maxEjectionPercent: 100 },
  ...{ consecutive5xxErrors: 2, splitExternalLocalOriginErrors: false },
};
const loadBalancer = { localityLbSetting: { failoverPriority: ["topology.kubernetes.io/region"] } };

// What the protocol is makes no difference to it. Each backend of the suite is in a region of its own name, and the proxy is in v2's.
contract(
  "locality failover",
  {
    locality: "v2/a",
    services: {
      near: { policy: { outlierDetection }, routes: [{ to: "", retries: { attempts: 0 } }] },
      preferred: {
        policy: {
          outlierDetection: { ...outlierDetection, baseEjectionTime: "1h" },
          loadBalancer: { localityLbSetting: { failover: [{ from: "v2", to: "v3" }] } },
        },
        routes: [{ to: "", retries: { attempts: 0 } }],
      },
      labels: { policy: { outlierDetection, loadBalancer } },
      elsewhere: {
        policy: {
          loadBalancer: {
            localityLbSetting: {
              distribute: [
                { from: "v1", to: { v1: 100 } },
                { from: "v2/*", to: { v3: 100 } },
                { from: "*", to: { v2: 100 } },
              ],
            },
          },
        },
      },
    },
  },
  (world) => {
    const calls = async (service: string, count: number) => {
      const caller = world().caller(service);
      const errors = [];
      for (let index = 0; index < count; index++) errors.push((await caller.call({ payload: "hello" })).error);
      return errors.filter((error) => error !== undefined);
    };
    /** How many of so many calls each backend gets. */
    const taken = async (service: string, count: number) => {
      for (const { messages } of world().all) messages.length = 0;
      expect(await calls(service, count)).toEqual([]);
      return world().counts();
    };

    /** Has the near backend fail until it is left out, which a proxy's worker learns a little later. */
    const failNear = async (service: string) => {
      world().backends.v2.reply = () => ({ unavailable: true });
      expect(await calls(service, 2)).toEqual(["unavailable", "unavailable"]);
      await until("the near one to be left out", async () => (await calls(service, 1)).length === 0);
      world().backends.v2.reply = undefined;
    };

    test("all goes to the near backend; to the others while it is out, and to it again", async () => {
      expect(await taken("near", 10)).toEqual({ v1: 0, v2: 10, v3: 0 });
      await failNear("near");
      expect(await taken("near", 10)).toEqual({ v1: 5, v2: 0, v3: 5 });
      await until("the near one to be let in again", async () => (await taken("near", 1)).v2 === 1);
      expect(await taken("near", 10)).toEqual({ v1: 0, v2: 10, v3: 0 });
    });

    test("a region that a rule prefers comes before the others", async () => {
      await failNear("preferred");
      expect(await taken("preferred", 10)).toEqual({ v1: 0, v2: 0, v3: 10 });
    });

    test("labels rank endpoints as the rule has them", async () => {
      expect(await taken("labels", 10)).toEqual({ v1: 0, v2: 10, v3: 0 });
    });

    test("a distribution holds for the proxies that it is from", async () => {
      expect(await taken("elsewhere", 10)).toEqual({ v1: 0, v2: 0, v3: 10 });
    });
  },
  { protocols: [awesomerpc], lanes: ONE_BY_ONE, sideBySide: true },
);
