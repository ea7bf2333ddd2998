import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";
import { bootstrap, type Control, startControl } from "../control/index.js";
import { baseline } from "./baseline.js";
import type { BenchPath, Load, Measurement } from "./path.js";
import { freePorts, startProxy, startScript, stop } from "./processes.js";
import { report } from "./report.js";
import { rules } from "./rules.js";

const USAGE = `npm run bench -- [--json FILE] [--quick] [--rounds N] [--seconds N]

CPU for each request of the proxy's process: Meltemi's request and flow lanes, Envoy's own C++ Dubbo codec, plain HTTP and TCP
through the same Envoy, taken in turn; and Meltemi's host.`;

const { values: options } = parseArgs({
  options: {
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const envoy = process.env["MELTEMI_ENVOY"];
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
const seconds = Number(options.seconds ?? (options.quick ? 1 : 3));
const sizes = options.quick ? [400, 4_000] : [400, 4_000, 64_000, 256_000];
const loads: Load[] = sizes.flatMap((bytes) => [1, 8].map((depth) => ({ bytes, depth, connections: 8, seconds })));

const folder = mkdtempSync(join(tmpdir(), "meltemi-bench-"));
const started: (ChildProcess | undefined)[] = [];
const controls: Control[] = [];
try {
  const measurements = await measure(await paths());
  report(measurements);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(measurements, null, 2)}\n`);
} finally {
  await Promise.all(started.map(stop));
  await Promise.all(controls.map((control) => control.close()));
  rmSync(folder, { recursive: true, force: true });
}

/** Starts backends, control plane and proxies, and says where each path begins. */
async function paths(): Promise<BenchPath[]> {
  const backend = await startScript("backend");
  started.push(backend.process);
  const backends = JSON.parse(backend.line) as { dubbo: number; http: number };
  const host = await meltemi("host", backends.dubbo, (config) => [
    process.execPath,
    [fileURLToPath(new URL("../cli/main.js", import.meta.url)), "host", "--bootstrap", config],
  ]);
  const hostPath: BenchPath = { name: "host", protocol: "dubbo", port: host.request, pid: host.pid };
  if (!envoy) {
    console.log("Envoy: skipped, there is none here; the host is measured alone");
    return [hostPath];
  }
  const [tcp = 0, cpp = 0, http = 0] = await freePorts(3);
  const own = baseline({ tcp, cpp, http, dubboBackend: backends.dubbo, httpBackend: backends.http });
  const lanes = await meltemi(
    "envoy",
    backends.dubbo,
    (config) => [envoy, ["-c", config, "--concurrency", "1", "--use-dynamic-base-id", "-l", "error"]],
    own,
  );
  return [
    { name: "request", protocol: "dubbo", port: lanes.request, pid: lanes.pid },
    { name: "flow", protocol: "dubbo", port: lanes.flow, pid: lanes.pid },
    { name: "cpp", protocol: "dubbo", port: cpp, pid: lanes.pid },
    { name: "http", protocol: "http2", port: http, pid: lanes.pid },
    { name: "tcp", protocol: "dubbo", port: tcp, pid: lanes.pid },
    hostPath,
  ];
}

/** One proxy with its control plane: what a user would run, and the baselines' listeners beside it. */
async function meltemi(
  name: string,
  backend: number,
  command: (config: string) => [string, string[]],
  extra: { listeners: object[]; clusters: object[] } = { listeners: [], clusters: [] },
): Promise<{ request: number; flow: number; pid: number }> {
  const [request = 0, flow = 0, adminPort = 0] = await freePorts(3);
  const rulesFolder = mkdtempSync(join(folder, `${name}-rules-`));
  writeFileSync(join(rulesFolder, "bench.yaml"), rules({ request, flow }, backend));
  const control = await startControl({ rules: rulesFolder });
  controls.push(control);
  const config = parse(bootstrap({ controlPort: control.port, adminPort, nodeId: `bench-${name}` }));
  config.static_resources.clusters.push(...extra.clusters);
  if (extra.listeners.length > 0) config.static_resources.listeners = extra.listeners;
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify(config));
  const child = await startProxy(...command(file), adminPort);
  started.push(child);
  return { request, flow, pid: child.pid ?? 0 };
}

/** Every load on every path in turn, round after round; for each the median. */
async function measure(all: readonly BenchPath[]): Promise<Measurement[]> {
  const results: Measurement[] = [];
  for (const load of loads) {
    const runs = new Map<BenchPath, Measurement[]>(all.map((path) => [path, []]));
    for (let round = 0; round < rounds; round++) {
      for (const path of all) {
        const run = await startScript("load", JSON.stringify({ path, load }));
        runs.get(path)?.push(JSON.parse(run.line) as Measurement);
      }
    }
    for (const measured of runs.values()) results.push(median(measured));
  }
  return results;
}

function median(runs: readonly Measurement[]): Measurement {
  const middle = [...runs].sort((a, b) => a.cpuPerRequestUs - b.cpuPerRequestUs)[runs.length >> 1];
  if (!middle) throw new Error("no runs");
  return middle;
}
