import { loadClient } from "../../load.js";
import { loads, type Measurement } from "../../measurement.js";
import type { BenchPath, Scenario } from "../../scenario.js";
import { rounded } from "../../statistics.js";
import { markdown } from "../../table.js";
import { FILTERS } from "./rules.js";

const NONE = "none";

/** What each filter adds to a request of Dubbo's on the request lane, in an Envoy whose rules ask for that one alone. */
export const scenario: Scenario = {
  loads: loads([400], [1, 8]),
  start: async (site) => {
    const backend = await site.backend(new URL("../../protocols/dubbo/backend.js", import.meta.url));
    const drive = loadClient(new URL("./speaker.js", import.meta.url));
    const attributes = { method: { exact: "sayHello" } };
    const paths: BenchPath[] = [];
    for (const [path, asked] of Object.entries({ [NONE]: {}, ...FILTERS })) {
      const target = await site.startEnvoy({ protocol: "dubbo", attributes, ...asked }, backend);
      if (target) paths.push({ path, target, drive });
    }
    return paths;
  },
  table: filterTable,
};

/** A row for each filter, and for each depth what it adds and its ratio to the lane without it. */
function filterTable(figures: readonly Measurement[]): string {
  const depths = [...new Set(figures.map(({ depth }) => depth))];
  const filters = [...new Set(figures.map(({ path }) => path))];
  const at = (path: string, depth: number) =>
    figures.find((one) => one.path === path && one.depth === depth)?.cpuPerRequestUs;
  const rows = filters.map((filter) => [
    filter,
    ...depths.flatMap((depth) => {
      const [own, none] = [at(filter, depth), at(NONE, depth)];
      if (own === undefined || none === undefined) return ["", "", ""];
      return [rounded(own), (own - none).toFixed(1), (own / none).toFixed(2)];
    }),
  ]);
  const head = depths.flatMap((depth) => [`µs, depth ${depth}`, "added µs", "÷ none"]);
  return markdown(["filter", ...head], rows);
}
