import { expect, test } from "vitest";
import {
  type Attributes,
  awesomerpc,
  contract,
  HARDLY_MATTERS,
  type Route,
  thrift,
  until,
  withTime,
} from "../support/index.js";

function routes(revision: number): Route[] {
  const response: Attributes = [["Revision", `${revision}`]];
  return [
    { match: { user: { exact: `u${revision % 3}` } }, to: "v2", response },
    { to: { v1: 1 + (revision % 50), v3: 50 }, response },
  ];
}

contract(
  "rule changes",
  { services: { changing: { routes: routes(0) } } },
  (world) => {
    test("a hundred under load: no request fails, no listener changes, no connection is cut", {
      timeout: 90_000,
    }, async () => {
      const before = await world().proxy.listenerVersions();
      expect(Object.keys(before).length).toBeGreaterThan(0);
      const callers = Array.from({ length: 6 }, () => world().caller("changing"));
      let stop = false;
      let calls = 0;
      const loads = callers.map(async (caller, index) => {
        while (!stop) {
          const answer = await caller.call({ attributes: [["User", `u${index % 4}`]], payload: `${calls}` });
          expect(answer.error).toBeUndefined();
          calls += 1;
        }
      });
      const probe = world().caller("changing");
      for (let revision = 1; revision <= 100; revision++) {
        world().route("changing", routes(revision));
        await until(`revision ${revision}`, async () => {
          const { attributes } = await probe.call();
          return attributes.some(([name, value]) => name === "Revision" && value === `${revision}`);
        });
      }
      stop = true;
      await Promise.all(loads);
      expect(calls).toBeGreaterThan(500);
      expect([...callers, probe].map(({ opened }) => opened)).toEqual([1, 1, 1, 1, 1, 1, 1]);
      expect(await world().proxy.listenerVersions()).toEqual(before);
    });
  },
  { protocols: [awesomerpc, ...withTime(thrift)], lanes: HARDLY_MATTERS, sideBySide: true },
);
