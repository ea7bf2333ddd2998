import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { Child } from "./child.js";
import { until } from "./until.js";

export type ProxyKind = "envoy" | "host";

/** Both proxies that every case runs on; Envoy is left out, visibly, only where this machine has none. */
export const PROXIES: readonly ProxyKind[] = ["envoy", "host"];

/** What a case may ask of a proxy: the same for Envoy and for the host, through the same admin interface. */
export interface RunningProxy {
  readonly kind: ProxyKind;
  /** Whether it takes requests. @throws Error where its process has ended */
  ready(): Promise<boolean>;
  /** All counters and gauges, by Envoy's names. */
  stats(): Promise<ReadonlyMap<string, number>>;
  /** The same and histograms, as Prometheus scrapes them. */
  prometheus(): Promise<string>;
  /** The version of each listener. */
  listenerVersions(): Promise<Readonly<Record<string, string>>>;
  /** Resident memory of the proxy's process, in bytes. */
  rss(): number;
  /** Processor time of the proxy's process, in seconds. */
  cpuSeconds(): number;
  /** The last of what it logged. */
  log(): string;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** Bootstrap YAML. */
  readonly bootstrap: string;
  readonly adminPort: number;
  /** Worker threads, where the proxy has them. */
  readonly concurrency: number;
  /** From which level on Envoy logs of its modules; `info` by default. */
  readonly wasmLogLevel?: "trace" | "info";
  /** More arguments for the host's command. */
  readonly args?: readonly string[];
}

/** Starts a proxy and waits until it says that it is ready. */
export async function startProxy(kind: ProxyKind, options: ProxyOptions): Promise<RunningProxy> {
  const proxy = openProxy(kind, options);
  try {
    await until(`${kind} to be ready`, () => proxy.ready(), { timeoutMs: 30_000 });
  } catch (error) {
    await proxy.close();
    throw new Error(`${error instanceof Error ? error.message : error}\n${proxy.log().slice(-8_000)}`);
  }
  return proxy;
}

/** Starts a proxy that may never be ready. */
export function openProxy(kind: ProxyKind, options: ProxyOptions): RunningProxy {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-proxy-"));
  const config = join(folder, "bootstrap.yaml");
  writeFileSync(config, options.bootstrap);
  const child = kind === "envoy" ? envoyProcess(config, options) : hostProcess(config, options.args);
  return new ProxyProcess(kind, child, options.adminPort, folder);
}

function envoyProcess(config: string, { concurrency, wasmLogLevel = "info" }: ProxyOptions): Child {
  const binary = findEnvoy();
  if (binary === null) throw new Error("there is no Envoy here");
  return new Child(binary, [
    ...["--config-path", config, "--concurrency", `${concurrency}`, "--log-level", "warning"],
    ...["--component-log-level", `wasm:${wasmLogLevel}`, "--disable-hot-restart"],
    // Access logs are written at once, not every ten seconds.
    ...["--file-flush-interval-msec", "50"],
  ]);
}

function hostProcess(config: string, args: readonly string[] = []): Child {
  const main = fileURLToPath(new URL("../../build/js/cli/main.js", import.meta.url));
  return new Child(process.execPath, [main, "host", "--bootstrap", config, ...args]);
}

class ProxyProcess implements RunningProxy {
  readonly kind: ProxyKind;
  private readonly child: Child;
  private readonly admin: string;
  private readonly folder: string;

  constructor(kind: ProxyKind, child: Child, adminPort: number, folder: string) {
    this.kind = kind;
    this.child = child;
    this.admin = `http://127.0.0.1:${adminPort}`;
    this.folder = folder;
  }

  async ready(): Promise<boolean> {
    if (this.child.gone) throw new Error(`${this.kind} ${this.child.gone}`);
    try {
      return (await fetch(`${this.admin}/ready`)).ok;
    } catch {
      return false; // not listening yet
    }
  }

  async stats(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.admin}/stats`)).text();
    const lines = text.split("\n").map((line) => /^(.*): (\d+)$/.exec(line));
    return new Map(lines.flatMap((match) => (match?.[1] === undefined ? [] : [[match[1], Number(match[2])]])));
  }

  async prometheus(): Promise<string> {
    return (await fetch(`${this.admin}/stats/prometheus`)).text();
  }

  async listenerVersions(): Promise<Readonly<Record<string, string>>> {
    const dump = (await (await fetch(`${this.admin}/config_dump`)).json()) as ConfigDump;
    const listeners = dump.configs.find((config) => config["@type"].endsWith(".ListenersConfigDump"));
    const entries = (listeners?.dynamic_listeners ?? []).map(
      ({ name, active_state }) => [name, active_state?.version_info ?? "not active"] as const,
    );
    return Object.fromEntries(entries);
  }

  rss(): number {
    return this.child.rss();
  }

  cpuSeconds(): number {
    return this.child.cpuSeconds();
  }

  log(): string {
    return this.child.log;
  }

  async close(): Promise<void> {
    await this.child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface ConfigDump {
  readonly configs: readonly {
    readonly "@type": string;
    readonly dynamic_listeners?: readonly { readonly name: string; readonly active_state?: { version_info: string } }[];
  }[];
}
