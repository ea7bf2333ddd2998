import { loadClient } from "../load.js";
import type { Effort } from "../measure.js";
import type { Figures } from "../measurement.js";
import type { Target } from "../scenario.js";
import { Site } from "../site.js";
import { median, rounded } from "../statistics.js";
import { markdown } from "../table.js";
import { envoyPair, hostPair, plainProxy } from "./proxies.js";

const LOAD = { bytes: 0, depth: 1, connections: 8 };

/** What one proxy spends on a request, with the filter or without. */
export interface FilterFigure extends Figures {
  readonly proxy: "host" | "Envoy" | "node:http";
  readonly filter: "the module" | "plain JavaScript" | "none";
}

interface Way extends Pick<FilterFigure, "proxy" | "filter"> {
  readonly target: Target;
}

/** Measures all in turn, round after round; for each the median. Without an Envoy, the others. */
export async function filterFigures(envoy: string | undefined, { rounds, seconds }: Effort): Promise<FilterFigure[]> {
  const site = new Site(envoy);
  try {
    const ways = await start(site, envoy);
    const drive = loadClient(new URL("./speaker.js", import.meta.url));
    const runs = ways.map((): Figures[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { target }] of ways.entries()) runs[i]?.push(await drive(target, LOAD, seconds));
    }
    return ways.map(({ proxy, filter }, i) => ({ proxy, filter, ...median(runs[i] ?? []) }));
  } finally {
    await site.close();
  }
}

async function start(site: Site, envoy: string | undefined): Promise<Way[]> {
  const backend = await site.backend(new URL("../http/backend.js", import.meta.url));
  const host = await hostPair(site, backend);
  const plain = await plainProxy(site, backend);
  const both = envoy === undefined ? undefined : await envoyPair(site, envoy, backend);
  return [
    { proxy: "host", filter: "the module", target: host.filtered },
    { proxy: "host", filter: "none", target: host.bare },
    { proxy: "node:http", filter: "plain JavaScript", target: plain },
    ...(both === undefined
      ? []
      : ([
          { proxy: "Envoy", filter: "the module", target: both.filtered },
          { proxy: "Envoy", filter: "none", target: both.bare },
        ] as const)),
  ];
}

/** A section of the results, in Markdown. */
export function filterTable(figures: readonly FilterFigure[]): string {
  const plain = figures.find(({ proxy }) => proxy === "node:http");
  const rows = figures.map(({ proxy, filter, cpuPerRequestUs, requestsPerSecond }) => [
    proxy,
    filter,
    plain ? rounded(cpuPerRequestUs / plain.cpuPerRequestUs) : "",
    rounded(cpuPerRequestUs),
    rounded(requestsPerSecond),
  ]);
  return `### A header-mutation filter\n\n${markdown(["proxy", "filter", "÷ node:http", "µs", "/s"], rows)}`;
}
