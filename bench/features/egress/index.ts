import { loadClient } from "../../load.js";
import type { Measurement } from "../../measurement.js";
import type { BenchPath, Drive, Scenario, Target } from "../../scenario.js";
import { rounded } from "../../statistics.js";
import { markdown } from "../../table.js";

const CALLERS = [64, 1024];
const POLICIES = {
  multiplexed: undefined,
  plain: { connectionPool: { http: { h2UpgradePolicy: "DO_NOT_UPGRADE" } } },
} as const;

/** The request lane's two ways to Dubbo's backends: all callers on one connection, or one for each request under way. */
export const scenario: Scenario = {
  loads: CALLERS.map((connections) => ({ bytes: 400, depth: 1, connections })),
  start: async (site) => {
    const backend = await site.backend(new URL("../../protocols/dubbo/backend.js", import.meta.url));
    const push = loadClient(new URL("../../protocols/dubbo/speaker.js", import.meta.url));
    const drive: Drive = async (target, load, seconds) => {
      const figures = await push(target, load, seconds);
      return { ...figures, backendConnections: await backendConnections(target) };
    };
    const attributes = { method: { exact: "sayHello" }, batchJob: { prefix: "true" } };
    const paths: BenchPath[] = [];
    for (const [path, policy] of Object.entries(POLICIES)) {
      const asked = { protocol: "dubbo", attributes, ...(policy && { policy }) };
      const target = await site.startEnvoy(asked, backend);
      if (target) paths.push({ path, target, drive });
    }
    return paths;
  },
  table: egressTable,
};

/** Connections to the service's own cluster that are open; those of a pool stay for a while. */
async function backendConnections({ admin }: Target): Promise<number> {
  const filter = encodeURIComponent("^cluster\\.outbound\\|.*upstream_cx_active$");
  const text = await (await fetch(`http://127.0.0.1:${admin}/stats?filter=${filter}`)).text();
  return [...text.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

function egressTable(figures: readonly Measurement[]): string {
  const rows = figures.map((one) => [
    `${one.connections}`,
    one.path,
    rounded(one.cpuPerRequestUs),
    rounded(one.requestsPerSecond),
    (one.p99Ms ?? 0).toFixed(1),
    `${one.backendConnections ?? ""}`,
  ]);
  return markdown(["callers", "egress", "µs", "/s", "p99 ms", "backend connections"], rows);
}
