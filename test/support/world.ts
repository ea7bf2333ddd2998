import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { bootstrap, type Control, startControl } from "../../control/index.js";
import { formatProblem, type Problem } from "../../control/source/index.js";
import { freePort } from "./ports.js";
import type { Backend, Caller, Protocol } from "./protocol.js";
import { type ProxyKind, type RunningProxy, startProxy } from "./proxy.js";
import { type Route, RuleFolder } from "./rules.js";
import { until } from "./until.js";

/** The backends that every service has, unless it names others: v1, v2 and v3, each a subset of its own. */
const VERSIONS = ["v1", "v2", "v3"] as const;
type Version = (typeof VERSIONS)[number];

export interface ServiceSpec {
  readonly routes?: readonly Route[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Endpoints by subset, in place of the three recording backends. */
  readonly backends?: Readonly<Record<string, number>>;
}

export interface WorldSpec {
  readonly services: Readonly<Record<string, ServiceSpec>>;
  /** Worker threads of Envoy; 1 unless a case is about several. */
  readonly concurrency?: number;
  /** A folder of modules in place of the product's own. */
  readonly modules?: string;
  /** The codec's name, where it is not the protocol's usual one. */
  readonly codec?: string;
}

/** One proxy with its control plane, its rules, three recording backends, and the clients that cases open. */
export class World {
  private readonly callers = new Set<{ destroy(): unknown }>();

  private constructor(
    readonly protocol: Protocol,
    readonly proxy: RunningProxy,
    readonly backends: Readonly<Record<Version, Backend>>,
    private readonly control: Control,
    private readonly rules: RuleFolder,
    private readonly specs: WorldSpec["services"],
    private readonly listens: ReadonlyMap<string, number>,
  ) {}

  static async start(kind: ProxyKind, protocol: Protocol, spec: WorldSpec): Promise<World> {
    const [v1, v2, v3] = await Promise.all(VERSIONS.map((name) => protocol.backend(name)));
    if (!v1 || !v2 || !v3) throw new Error("three backends were asked for");
    const backends = { v1, v2, v3 };
    const rules = new RuleFolder();
    rules.protocol(protocol.name, spec.codec ?? protocol.codec);
    const listens = new Map<string, number>();
    for (const [name, service] of Object.entries(spec.services)) {
      const listen = await freePort();
      listens.set(name, listen);
      rules.service({ ...ruleBase(name, protocol, listen, service, backends), ...optional("routes", service.routes) });
    }
    const modules = spec.modules ?? fileURLToPath(new URL("../../build/wasm", import.meta.url));
    const faults: string[] = [];
    const onProblems = (problems: readonly Problem[]) => faults.push(...problems.filter(isError).map(formatProblem));
    const control = await startControl({ rules: rules.path, modules, port: await freePort(), onProblems });
    if (faults.length > 0) throw new Error(`the world's rules have errors:\n${faults.join("\n")}`);
    const adminPort = await freePort();
    const yaml = bootstrap({ controlPort: control.port, adminPort, nodeId: `test-${adminPort}` });
    const proxy = await startProxy(kind, { bootstrap: yaml, adminPort, concurrency: spec.concurrency ?? 1 });
    const world = new World(protocol, proxy, backends, control, rules, spec.services, listens);
    for (const [name, port] of listens) await until(`${kind} to listen for ${name}`, () => accepts(port));
    return world;
  }

  /** The three backends in their order. */
  get all(): readonly Backend[] {
    return Object.values(this.backends);
  }

  /** The port on which the proxy serves a service. */
  port(service: string): number {
    const port = this.listens.get(service);
    if (port === undefined) throw new Error(`the world has no service ${service}`);
    return port;
  }

  /** A client of a service; it is gone at the end of the test. */
  caller(service: string, timeoutMs?: number): Caller {
    return this.kept(this.protocol.caller(this.port(service), timeoutMs));
  }

  /** A bare connection to a service, for bytes that no client would send. */
  socket(service: string): Socket {
    const socket = connect({ port: this.port(service), host: "127.0.0.1", noDelay: true });
    socket.on("error", () => undefined); // how it ends is for the case to look at
    return this.kept(socket);
  }

  /** Writes a service's rules anew with these routes; the proxy has them soon, not yet. */
  route(service: string, routes: readonly Route[]): void {
    const spec = this.specs[service] ?? {};
    this.rules.service({ ...ruleBase(service, this.protocol, this.port(service), spec, this.backends), routes });
  }

  /** Where each of the calls ends up, by the backends' own records. */
  counts(): Record<Version, number> {
    const count = (backend: Backend) => backend.messages.length;
    return { v1: count(this.backends.v1), v2: count(this.backends.v2), v3: count(this.backends.v3) };
  }

  /** Sum of the proxy's statistics whose names match. */
  async stat(pattern: RegExp): Promise<number> {
    const stats = await this.proxy.stats();
    return [...stats].reduce((sum, [name, value]) => (pattern.test(name) ? sum + value : sum), 0);
  }

  /** Between tests: clients go, records and switches are as new. */
  reset(): void {
    for (const caller of this.callers) caller.destroy();
    this.callers.clear();
    for (const backend of this.all) {
      backend.messages.length = 0;
      backend.reply = undefined;
      backend.latency = () => 0;
      backend.silent = false;
    }
  }

  async close(): Promise<void> {
    this.reset();
    await this.proxy.close();
    await this.control.close();
    await Promise.all(this.all.map((backend) => backend.close()));
    this.rules.remove();
  }

  private kept<T extends { destroy(): unknown }>(caller: T): T {
    this.callers.add(caller);
    return caller;
  }
}

function ruleBase(
  name: string,
  protocol: Protocol,
  listen: number,
  { annotations, backends }: ServiceSpec,
  usual: Readonly<Record<Version, Backend>>,
) {
  const ports = Object.fromEntries(VERSIONS.map((version) => [version, usual[version].port]));
  return {
    host: `${name}.test`,
    protocol: protocol.name,
    listen,
    backends: backends ?? ports,
    ...optional("annotations", annotations),
  };
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

/** A property that is there only where it has a value. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
