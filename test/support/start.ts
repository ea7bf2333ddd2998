import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { type BootstrapTls, bootstrap, type ControlOptions, startControl } from "../../control/index.js";
import { formatProblem, type Problem } from "../../control/source/index.js";
import { freePort } from "./ports.js";
import type { Protocol } from "./protocol.js";
import { type ProxyKind, startProxy } from "./proxy.js";
import { RuleFolder } from "./rules.js";
import { ruleBase, type ServiceSpec } from "./services.js";
import { until } from "./until.js";
import { type Backends, VERSIONS, World } from "./world.js";

/** How requests go: one by one, or by flows wherever the rules let them. */
export type Lane = "request" | "flow";

export interface WorldSpec {
  readonly services: Readonly<Record<string, ServiceSpec>>;
  /** Worker threads of Envoy; 1 unless a case is about several. */
  readonly concurrency?: number;
  /** The lanes that the topic is about, where not both. */
  readonly lanes?: readonly Lane[];
  /** Where the proxy says it is. */
  readonly locality?: string;
  /** How the proxy and the control plane speak TLS to each other; in plain text without it. */
  readonly xdsTls?: { readonly server: NonNullable<ControlOptions["tls"]>; readonly client: BootstrapTls };
  /** More arguments for the host's command. */
  readonly hostArgs?: readonly string[];
  /** A folder of modules in place of the product's own. */
  readonly modules?: string;
  /** The codec's name, where it is not the protocol's usual one. */
  readonly codec?: string;
}

/** What the proxy stands beside, as its metrics have it. */
const CALLERS = { workload: "callers", labels: { version: "c1" } };

/** Starts backends, rules, the control plane and the proxy; resolves once every service can be connected to. */
export async function startWorld(kind: ProxyKind, protocol: Protocol, spec: WorldSpec): Promise<World> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    // The last started goes first: nobody is to notice, and log, that another is gone.
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const backends = await startBackends(protocol, closers);
    const rules = new RuleFolder();
    closers.push(() => rules.remove());
    const listens = await writeRules(rules, protocol, spec, backends);
    const warnings: string[] = [];
    const control = await startControlPlane(rules.path, spec, warnings);
    closers.push(() => control.close());
    const adminPort = await freePort();
    const { locality, xdsTls, hostArgs: args = [] } = spec;
    const node = { nodeId: `test-${adminPort}`, ...CALLERS, ...(locality !== undefined && { locality }) };
    const yaml = bootstrap({ controlPort: control.port, adminPort, ...node, ...(xdsTls && { tls: xdsTls.client }) });
    const proxy = await startProxy(kind, { bootstrap: yaml, adminPort, concurrency: spec.concurrency ?? 1, args });
    closers.push(() => proxy.close());
    for (const [name, port] of listens) await until(`${kind} to listen for ${name}`, () => accepts(port));
    return new World({
      protocol,
      proxy,
      backends,
      rules,
      specs: spec.services,
      listens,
      controlPort: control.port,
      warnings,
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

async function startBackends(protocol: Protocol, closers: (() => unknown)[]): Promise<Backends> {
  const started = await Promise.all(
    VERSIONS.map(async (name) => {
      const backend = await protocol.backend(name);
      closers.push(() => backend.close());
      return [name, backend] as const;
    }),
  );
  return Object.fromEntries(started) as Backends;
}

async function writeRules(
  rules: RuleFolder,
  protocol: Protocol,
  spec: WorldSpec,
  backends: Backends,
): Promise<Map<string, number>> {
  rules.protocol(protocol.name, spec.codec ?? protocol.codec);
  const listens = new Map<string, number>();
  for (const [name, service] of Object.entries(spec.services)) {
    const listen = await freePort();
    listens.set(name, listen);
    const { routes } = service;
    rules.service({ ...ruleBase(name, protocol, listen, service, backends), ...(routes && { routes }) });
  }
  return listens;
}

async function startControlPlane(rules: string, spec: WorldSpec, warnings: string[]) {
  const modules = spec.modules ?? fileURLToPath(new URL("../../build/wasm", import.meta.url));
  const faults: string[] = [];
  const onProblems = (problems: readonly Problem[]): void => {
    faults.push(...problems.filter(({ severity }) => severity === "error").map(formatProblem));
  };
  const logger = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
  const control = await startControl({
    ...{ rules, modules, port: await freePort(), onProblems, logger },
    ...(spec.xdsTls && { tls: spec.xdsTls.server }),
  });
  if (faults.length === 0) return control;
  await control.close();
  throw new Error(`the world's rules have errors:\n${faults.join("\n")}`);
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
