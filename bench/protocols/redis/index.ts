import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { measureCpu } from "../../cpu.js";
import { loads } from "../../measurement.js";
import { compare } from "../../paths.js";
import { accepting, freePorts, hasProgram, runProgram } from "../../processes.js";
import type { Drive, Scenario } from "../../scenario.js";
import type { Site } from "../../site.js";
import { NETWORK, type NetworkFilter } from "../../static-resources.js";

const MODULE = new URL("../../../../wasm/codecs/redis.wasm", import.meta.url);
const WARM_UP_REQUESTS = 4_000;

/** As redis-benchmark's keys begin; both proxies route by it. */
const PREFIX = "key:";

/** Redis beside redis_proxy, under redis-benchmark's SET; depth is its pipelining. */
export const scenario: Scenario = {
  loads: loads([64, 4_000], [1, 8]),
  missing: () => {
    if (!existsSync(MODULE)) return "there is no codec redis";
    return ["redis-server", "redis-benchmark"].every(hasProgram) ? undefined : "no Redis server is installed";
  },
  start: async (site) =>
    compare(site, {
      service: { protocol: "redis", attributes: { key: { prefix: PREFIX } } },
      lane: "request",
      backend: await startRedis(site),
      drive: sets,
      own: (cluster) => [redisProxy(cluster)],
    }),
  frame: (bytes) =>
    Buffer.from(`*3\r\n$3\r\nSET\r\n$16\r\n${PREFIX}000000001234\r\n$${bytes}\r\n${"x".repeat(bytes)}\r\n`),
};

const sets: Drive = async ({ port, pid }, load, seconds) => {
  const run = async (requests: number) => {
    const sizes = ["-c", `${load.connections}`, "-P", `${load.depth}`, "-d", `${load.bytes}`, "-r", "10000"];
    const args = ["-h", "127.0.0.1", "-p", `${port}`, "-t", "set", "--csv", "-n", `${requests}`, ...sizes];
    const printed = await runProgram("redis-benchmark", args);
    const rate = /^"SET","([\d.]+)"/m.exec(printed)?.[1];
    if (rate === undefined) throw new Error(`redis-benchmark:\n${printed}`);
    return Number(rate);
  };
  // It runs for a number of requests, not for a time: the warm-up says how many that is.
  const requests = Math.ceil((await run(WARM_UP_REQUESTS)) * seconds);
  return measureCpu(pid, async () => {
    await run(requests);
    return requests;
  });
};

async function startRedis(site: Site): Promise<number> {
  const [port = 0] = await freePorts(1);
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", site.folder];
  site.adopt(spawn("redis-server", args, { stdio: "ignore" }));
  await accepting(port);
  return port;
}

function redisProxy(cluster: string): NetworkFilter {
  return {
    "@type": `${NETWORK}.redis_proxy.v3.RedisProxy`,
    stat_prefix: "bench_cpp",
    settings: { op_timeout: "5s" },
    prefix_routes: { routes: [{ prefix: PREFIX, cluster }] },
  };
}
