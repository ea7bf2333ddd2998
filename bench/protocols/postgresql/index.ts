import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureCpu } from "../../cpu.js";
import { compare } from "../../paths.js";
import { runProgram } from "../../processes.js";
import type { Drive, Scenario } from "../../scenario.js";
import { NETWORK, tcpProxy, wasmFilter } from "../../static-resources.js";
import { conversation } from "./conversation.js";
import { programs, startPostgresql } from "./server.js";

/** What pgbench's select takes as a simple query, in bytes. */
const QUERY = 64;

/** The lane's codec in a module that leaves the bytes as they are, for tcp_proxy behind it. */
const PASSING = fileURLToPath(new URL("../../../../test-wasm/codecs/passing.wasm", import.meta.url));

/** PostgreSQL by the session lane, beside its codec or postgres_proxy in front of tcp_proxy, under pgbench's selects. */
export const scenario: Scenario = {
  loads: [{ bytes: QUERY, depth: 1, connections: 8 }],
  missing: () => (programs === undefined ? "no PostgreSQL server is installed" : undefined),
  start: async (site) => {
    const backend = await startPostgresql(site);
    await pgbench(backend, ["-i", "-q"]);
    return compare(site, {
      service: { protocol: "postgresql", attributes: { database: { exact: "postgres" } } },
      lane: "session",
      backend,
      drive: selects,
      own: (cluster) => [
        { "@type": `${NETWORK}.postgres_proxy.v3alpha.PostgresProxy`, stat_prefix: "bench_cpp" },
        tcpProxy(cluster),
      ],
      more: [
        {
          path: "tcp-codec",
          backend,
          drive: selects,
          filters: (cluster) => [wasmFilter("bench_passing", PASSING), tcpProxy(cluster)],
        },
      ],
    });
  },
  session: conversation,
};

const selects: Drive = async ({ port, pid }, { connections }, seconds) => {
  const args = ["-n", "-S", "-c", `${connections}`, "-T"];
  await pgbench(port, [...args, "1"]);
  return measureCpu(pid, async () =>
    transactions(await pgbench(port, [...args, `${Math.max(1, Math.round(seconds))}`])),
  );
};

function transactions(printed: string): number {
  const count = /transactions actually processed: (\d+)/.exec(printed)?.[1];
  const failed = /failed transactions: (\d+)/.exec(printed)?.[1] ?? "0";
  if (count === undefined || failed !== "0") throw new Error(`pgbench:\n${printed}`);
  return Number(count);
}

function pgbench(port: number, args: string[]): Promise<string> {
  const env = { ...process.env, PGSSLMODE: "disable", PGGSSENCMODE: "disable" };
  const where = ["-h", "127.0.0.1", "-p", `${port}`, "-U", "postgres"];
  return runProgram(join(programs ?? "", "pgbench"), [...where, ...args, "postgres"], { env });
}
