import { connect, type Socket } from "node:net";
import type { Backend, Caller, Protocol } from "./protocol.js";
import type { RunningProxy } from "./proxy.js";
import type { Route, RuleFolder } from "./rules.js";
import { ruleBase, type ServiceSpec } from "./services.js";

/** The backends that every service has, unless it names others: each is a subset of its own. */
export const VERSIONS = ["v1", "v2", "v3"] as const;
export type Backends = Readonly<Record<(typeof VERSIONS)[number], Backend>>;

/** What `startWorld` puts together. */
export interface WorldParts {
  readonly protocol: Protocol;
  readonly proxy: RunningProxy;
  readonly backends: Backends;
  readonly rules: RuleFolder;
  readonly specs: Readonly<Record<string, ServiceSpec>>;
  /** Where the proxy listens for each service. */
  readonly listens: ReadonlyMap<string, number>;
  /** Where the control plane listens. */
  readonly controlPort: number;
  /** What the control plane logs as a warning or worse, line by line. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** One proxy with its control plane, its rules, three recording backends, and the clients that cases open. */
export class World {
  private readonly callers = new Set<{ destroy(): unknown }>();

  constructor(private readonly parts: WorldParts) {}

  get protocol(): Protocol {
    return this.parts.protocol;
  }

  get proxy(): RunningProxy {
    return this.parts.proxy;
  }

  get backends(): Backends {
    return this.parts.backends;
  }

  /** The three backends in their order. */
  get all(): readonly Backend[] {
    return Object.values(this.backends);
  }

  /** Address of the control plane. */
  get control(): string {
    return `127.0.0.1:${this.parts.controlPort}`;
  }

  /** What the control plane has logged as a warning or worse, line by line. */
  get warnings(): readonly string[] {
    return this.parts.warnings;
  }

  /** The port on which the proxy serves a service. */
  port(service: string): number {
    const port = this.parts.listens.get(service);
    if (port === undefined) throw new Error(`the world has no service ${service}`);
    return port;
  }

  /** A service as the case described it. */
  spec(service: string): ServiceSpec {
    return this.parts.specs[service] ?? {};
  }

  /** A client of a service; it is gone at the end of the test. */
  caller(service: string, timeoutMs?: number): Caller {
    return this.callerAt(this.port(service), timeoutMs);
  }

  /** A client of whatever listens on a port of this machine; it is gone at the end of the test. */
  callerAt(port: number, timeoutMs?: number): Caller {
    return this.kept(this.protocol.caller(port, timeoutMs));
  }

  /** A bare connection to a service, for bytes that no client would send. */
  socket(service: string): Socket {
    const socket = connect({ port: this.port(service), host: "127.0.0.1", noDelay: true });
    socket.on("error", () => undefined); // how it ends is for the case to look at
    return this.kept(socket);
  }

  /** Writes a service's rules anew with these routes; the proxy has them soon, not yet. */
  route(service: string, routes: readonly Route[]): void {
    this.rules(service, { routes });
  }

  /** Writes a service's rules anew, what is not said here as it was at first; the proxy has them soon, not yet. */
  rules(service: string, changes: ServiceSpec): void {
    const { routes, ...spec } = { ...this.parts.specs[service], ...changes };
    const base = ruleBase(service, this.protocol, this.port(service), spec, this.backends);
    this.parts.rules.service({ ...base, ...(routes && { routes }) });
  }

  /** Where each of the calls ends up, by the backends' own records. */
  counts(): Record<keyof Backends, number> {
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
    await this.parts.close();
  }

  /** A client that the case opened by itself: it too is gone at the end of the test. */
  kept<T extends { destroy(): unknown }>(caller: T): T {
    this.callers.add(caller);
    return caller;
  }
}
