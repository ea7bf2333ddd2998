import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  createVmRegistry,
  type FailurePolicy,
  type ForeignFunction,
  LogLevel,
  type PluginOptions,
  SourceMap,
  sourceMapBeside,
  type TraceEvent,
  type VmOptions,
  type VmRegistry,
} from "../host/vm/index.js";
import { type BytesInit, toBytes } from "./bytes.js";
import { FakeClock } from "./clock.js";
import { GrpcCallouts } from "./grpc-callouts.js";
import { HttpCallouts } from "./http-callouts.js";
import { Logs } from "./logs.js";
import { TestMetrics } from "./metrics.js";
import { TestModule } from "./module.js";
import { type Properties, topLevel } from "./properties.js";

/** How a {@link TestHost} is. */
export interface TestHostOptions {
  /** What modules log below it is dropped, and what they read as the level. Default info. */
  readonly logLevel?: LogLevel;
  /** Clusters that modules may call; by default any. */
  readonly clusters?: Iterable<string>;
  /** What every root and stream finds, `xds.node` for example. */
  readonly properties?: Properties;
  /** Functions beside the built-in ones. */
  readonly foreignFunctions?: Readonly<Record<string, ForeignFunction>>;
  /** Told of every call between host and modules, a line each. */
  readonly trace?: (line: string) => void;
}

/** How a module is loaded. */
export interface LoadOptions {
  /** An object is written as JSON. */
  readonly configuration?: BytesInit | object;
  readonly vmConfiguration?: BytesInit | object;
  /** Default "test". Modules of one id, code and VM configuration share a VM; of one id, data and queues. */
  readonly vmId?: string;
  readonly name?: string;
  readonly rootId?: string;
  /** The source map that the compiler wrote, its JSON, for a module that is given as bytes; a file has its own beside it. */
  readonly sourceMap?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly failurePolicy?: FailurePolicy;
  readonly failOpen?: boolean;
  readonly allowOnHeadersStopIteration?: boolean;
}

/** A module: its bytes, or where they are. */
export type ModuleSource = Uint8Array | string | URL;

/** A proxy's worth of surroundings for modules, with time, upstreams and log in the test's hands. */
export class TestHost {
  readonly clock = new FakeClock();
  readonly logs = new Logs();
  readonly metrics = new TestMetrics();
  readonly httpCallouts: HttpCallouts;
  readonly grpcCallouts = new GrpcCallouts();
  readonly registry: VmRegistry;

  constructor(options: TestHostOptions = {}) {
    const { logLevel = LogLevel.Info, clusters, properties = {}, foreignFunctions = {}, trace } = options;
    this.httpCallouts = new HttpCallouts(clusters && new Set(clusters), this.clock);
    this.registry = createVmRegistry({
      log: (line) => this.logs.add(line),
      logLevel,
      clock: this.clock,
      metrics: this.metrics,
      properties: { property: (name) => topLevel(properties, name) },
      httpCall: this.httpCallouts,
      grpc: this.grpcCallouts,
      foreignFunctions: new Map(Object.entries(foreignFunctions)),
      ...(trace && { trace: ({ depth, text }: TraceEvent) => trace(`${"  ".repeat(depth)}${text}`) }),
    });
  }

  /** Loads and configures a module. The log starts empty afterwards. @throws with the reason where it is refused */
  async load(source: ModuleSource, options: LoadOptions = {}): Promise<TestModule> {
    const plugin = pluginOptions(await read(source), options);
    const before = this.logs.take();
    const result = await this.registry.plugin(plugin);
    const loading = this.logs.take();
    for (const line of before) this.logs.add(line);
    if (!result.ok) throw new Error(result.reason);
    const { vmId, code } = plugin.vm;
    const sha256 = createHash("sha256").update(code).digest("hex");
    return new TestModule(result.plugin, loading, {
      shared: () => this.registry.shared(vmId),
      status: () => this.registry.vms().find((status) => status.vmId === vmId && status.sha256 === sha256),
    });
  }

  /** Why a module is refused; undefined where it is not. */
  async refusal(source: ModuleSource, options: LoadOptions = {}): Promise<string | undefined> {
    const result = await this.registry.plugin(pluginOptions(await read(source), options));
    if (!result.ok) return result.reason;
    result.plugin.close();
    return undefined;
  }

  /** Lets milliseconds pass: ticks, and deadlines of callouts. */
  pass(milliseconds: number): void {
    this.clock.pass(milliseconds);
  }

  /** Ends every VM, without callbacks into them. */
  close(): void {
    this.registry.close();
  }
}

/** A module, and the map beside its file: a trap is then told by file and line. */
type SourcedModule = Pick<VmOptions, "code" | "sourceMap">;

async function read(source: ModuleSource): Promise<SourcedModule> {
  if (source instanceof Uint8Array) return { code: source };
  return { code: await readFile(source), sourceMap: sourceMapBeside(source) };
}

function pluginOptions({ code, sourceMap }: SourcedModule, options: LoadOptions): PluginOptions {
  const { configuration, vmConfiguration, vmId = "test", name = "test", rootId = "", environment } = options;
  const { failurePolicy, failOpen, allowOnHeadersStopIteration } = options;
  const map = options.sourceMap === undefined ? sourceMap : new SourceMap(options.sourceMap);
  return {
    name,
    rootId,
    vm: {
      vmId,
      code,
      sourceMap: map,
      ...(vmConfiguration !== undefined && { configuration: configurationBytes(vmConfiguration) }),
      ...(environment !== undefined && { environment }),
    },
    ...(configuration !== undefined && { configuration: configurationBytes(configuration) }),
    ...(failurePolicy !== undefined && { failurePolicy }),
    ...(failOpen !== undefined && { failOpen }),
    ...(allowOnHeadersStopIteration !== undefined && { allowOnHeadersStopIteration }),
  };
}

function configurationBytes(configuration: BytesInit | object): Uint8Array {
  if (typeof configuration === "string" || configuration instanceof Uint8Array) return toBytes(configuration);
  return Buffer.from(JSON.stringify(configuration));
}
