import { beforeAll, describe, expect, test } from "vitest";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import type { Case, Observation } from "./case.js";
import { observe } from "./site.js";

/** Runs cases on Envoy and on the host, and compares; skipped, visibly, where there is no Envoy. */
export function differential(topic: string, cases: readonly Case[]): void {
  describe.skipIf(findEnvoy() === null)(topic, () => {
    let envoy = new Map<string, Observation>();
    let host = new Map<string, Observation>();
    beforeAll(async () => {
      [envoy, host] = await Promise.all([observe("envoy", cases), observe("host", cases)]);
    });

    test.each(cases.map(({ name }) => name))("%s", (name) => {
      const expected = envoy.get(name);
      expect(expected?.client, "the client saw something on Envoy").not.toEqual([]);
      expect(expected?.log, "the module said something on Envoy").not.toEqual([]);
      expect(host.get(name)).toEqual(expected);
    });
  });
}
