import { expect, it } from "vitest";
import { envoyBinary } from "../../control/envoy.support.js";

it("measures a filter in every proxy that there is", async () => {
  // The scripts that it starts are the built ones.
  const built = new URL("../../build/js/bench/filter/index.js", import.meta.url).href;
  const { filterFigures, filterTable } = (await import(built)) as typeof import("./index.js");
  const figures = await filterFigures(envoyBinary ?? undefined, { rounds: 1, seconds: 0.5 });
  expect(figures.map(({ proxy, filter }) => `${proxy}, ${filter}`)).toEqual([
    ...["host, the module", "host, none", "node:http, plain JavaScript"],
    ...(envoyBinary === null ? [] : ["Envoy, the module", "Envoy, none"]),
  ]);
  for (const one of figures) expect(one.requestsPerSecond, one.proxy).toBeGreaterThan(0);
  expect(filterTable(figures)).toMatch(/^\| node:http +\| plain JavaScript +\| 1 /m);
}, 120_000);
