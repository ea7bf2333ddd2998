import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { bootstrap, type Control, formatProblem, type Problem, startControl } from "../control/index.js";
import { accepting, freePorts, startProxy, startScript, stop } from "./processes.js";
import { type BenchRules, rules } from "./rules.js";
import type { Target } from "./scenario.js";
import type { StaticResources } from "./static-resources.js";

const NOTHING: StaticResources = { listeners: [], clusters: [] };

/** What one scenario runs in: a folder, its processes and its control planes. All end with it. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "meltemi-bench-"));
  private readonly endings: (() => Promise<void>)[] = [];

  /** `envoy`: the binary, if there is one. */
  constructor(private readonly envoy: string | undefined) {}

  /** Ends with the site, by this signal. */
  adopt(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
    this.endings.push(() => stop(child, signal));
  }

  /** Starts a backend script; the port that it prints. */
  async backend(script: URL): Promise<number> {
    const { process: child, line } = await startScript(script);
    this.adopt(child);
    return Number(line);
  }

  /** Whether this Envoy has what such resources ask for: PostgreSQL's filter is only in contrib builds. */
  envoyTakes(resources: StaticResources): boolean {
    if (this.envoy === undefined) return false;
    const config = stringify({ static_resources: resources });
    const args = ["--mode", "validate", "-l", "off", "--config-yaml", config];
    return spawnSync(this.envoy, args, { stdio: "ignore" }).status === 0;
  }

  /** Envoy with one worker, its control plane, and the baselines beside; undefined where there is no Envoy. */
  async startEnvoy(service: BenchRules, backend: number, beside = NOTHING): Promise<Target | undefined> {
    const { envoy } = this;
    if (envoy === undefined) return undefined;
    const args = ["--concurrency", "1", "--use-dynamic-base-id", "-l", "error"];
    return this.proxy(
      `envoy-${service.lane ?? "usual"}-${service.streams ?? "kept"}`,
      service,
      backend,
      beside,
      (config) => [envoy, ["-c", config, ...args]],
    );
  }

  /** Meltemi's host with its control plane. */
  async startHost(service: BenchRules, backend: number): Promise<Target> {
    const main = fileURLToPath(new URL("../cli/main.js", import.meta.url));
    return this.proxy("host", service, backend, NOTHING, (config) => [
      process.execPath,
      [main, "host", "--bootstrap", config],
    ]);
  }

  async close(): Promise<void> {
    for (const end of this.endings.reverse()) await end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async proxy(
    name: string,
    service: BenchRules,
    backend: number,
    beside: StaticResources,
    command: (config: string) => [string, string[]],
  ): Promise<Target> {
    const [port = 0, adminPort = 0] = await freePorts(2);
    const folder = mkdtempSync(join(this.folder, `${name}-`));
    const rulesFolder = join(folder, "rules");
    mkdirSync(rulesFolder);
    writeFileSync(join(rulesFolder, "bench.yaml"), rules(service, port, backend));
    const problems: string[] = [];
    const told = (all: readonly Problem[]) => void problems.push(...all.map(formatProblem));
    const control: Control = await startControl({ rules: rulesFolder, onProblems: told });
    this.endings.push(() => control.close());
    if (problems.length > 0) throw new Error(problems.join("\n"));
    const config = parse(bootstrap({ controlPort: control.port, adminPort, nodeId: `bench-${name}` }));
    config.static_resources.clusters.push(...beside.clusters);
    if (beside.listeners.length > 0) config.static_resources.listeners = beside.listeners;
    const file = join(folder, "bootstrap.yaml");
    writeFileSync(file, stringify(config));
    const child = await startProxy(...command(file), adminPort);
    this.adopt(child);
    await accepting(port);
    return { port, pid: child.pid ?? 0, admin: adminPort };
  }
}
