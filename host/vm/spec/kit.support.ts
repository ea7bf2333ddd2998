import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import wabt from "wabt";
import { ByteQueue } from "../../bytes/index.js";
import { HeaderMap } from "../../http/headers/index.js";
import {
  createVmRegistry,
  type FilterState,
  type HttpHost,
  type LocalResponse,
  LogLevel,
  type NetworkHost,
  type Plugin,
  type PluginOptions,
  type PropertyValue,
  Status,
  type VmClock,
  type VmLogLine,
  type VmServices,
} from "../index.js";

/** What has to be there. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("it should be there");
  return value;
}

/** Text as bytes. */
export const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
/** Bytes as text. */
export const text = (data: Uint8Array): string => Buffer.from(data).toString("latin1");
/** A buffer with text in it. */
export function queue(content: string): ByteQueue {
  const made = new ByteQueue();
  made.append(bytes(content));
  return made;
}
export const headers = (...pairs: [string, string][]) => new HeaderMap(pairs);

let probe: Promise<Uint8Array> | undefined;

/** The module that does as it is told; compiled once, and kept among the outputs of the build. */
export function probeModule(): Promise<Uint8Array> {
  probe ??= keep(readFileSync(new URL("probe.as", import.meta.url), "utf8"));
  return probe;
}

async function keep(source: string): Promise<Uint8Array> {
  const folder = new URL("../../../build/spec/", import.meta.url);
  const file = new URL(`probe-${createHash("sha256").update(source).digest("hex").slice(0, 16)}.wasm`, folder);
  if (existsSync(file)) return readFileSync(file);
  const binary = await assemble(source, "probeAbort");
  mkdirSync(folder, { recursive: true });
  // Several test files may get here at once: each writes its own, the last one stays.
  const own = new URL(`${file.href}.${process.pid}`);
  writeFileSync(own, binary);
  renameSync(own, file);
  return binary;
}

/** AssemblyScript → module. */
export async function assemble(source: string, abort: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const flags = ["--runtime", "incremental", "--exportStart", "_initialize", "--use", `abort=${abort}`, "--debug"];
  const { error, stderr } = await asc.main(["probe.ts", ...flags, "-O1", "--outFile", "probe.wasm"], {
    readFile: (name) => (name === "probe.ts" ? source : null),
    writeFile: (name, content) => {
      if (name === "probe.wasm") binary = content as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return binary;
}

let assembler: ReturnType<typeof wabt> | undefined;

/** WAT → module. */
export async function wat(source: string): Promise<Uint8Array> {
  // It compiles itself: once is enough.
  assembler ??= wabt();
  const parsed = (await assembler).parseWat("case.wat", source, { bulk_memory: true, sign_extension: true });
  try {
    return parsed.toBinary({ write_debug_names: true }).buffer;
  } finally {
    parsed.destroy();
  }
}

/** Time that passes when told. */
export class FakeClock implements VmClock {
  #now = 0n;
  readonly #timers = new Set<{ readonly at: bigint; readonly call: () => void }>();

  now = () => 1_700_000_000_000_000_000n + this.#now;
  monotonic = () => this.#now;

  after(milliseconds: number, call: () => void): () => void {
    const timer = { at: this.#now + BigInt(milliseconds) * 1_000_000n, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, millisecond by millisecond. */
  pass(milliseconds: number): void {
    for (let i = 0; i < milliseconds; i++) {
      this.#now += 1_000_000n;
      for (const timer of [...this.#timers]) {
        if (timer.at <= this.#now && this.#timers.delete(timer)) timer.call();
      }
    }
  }

  get timers(): number {
    return this.#timers.size;
  }
}

/** A registry whose log can be read. */
export class Bench {
  readonly lines: VmLogLine[] = [];
  readonly clock = new FakeClock();
  readonly registry;

  constructor(services: Partial<VmServices> = {}) {
    this.registry = createVmRegistry({ log: (line) => this.lines.push(line), clock: this.clock, ...services });
  }

  /** The probe with a program. Its log starts empty: the canary's lines are gone. */
  async probe(program: string, options: Partial<Omit<PluginOptions, "vm">> & { vmId?: string } = {}): Promise<Plugin> {
    const { vmId = "vm", ...rest } = options;
    return this.load({
      name: "probe",
      rootId: "root",
      vm: { vmId, code: await probeModule() },
      configuration: bytes(program),
      ...rest,
    });
  }

  async load(options: PluginOptions): Promise<Plugin> {
    const result = await this.registry.plugin(options);
    if (!result.ok) throw new Error(result.reason);
    return result.plugin;
  }

  /** What the module logged at info since the last look. */
  take(): string[] {
    const taken = this.lines.filter((line) => line.level === LogLevel.Info).map((line) => line.message);
    this.lines.length = 0;
    return taken;
  }

  /** The results of operations only. */
  results(): string[] {
    return this.take()
      .filter((line) => line.startsWith("  "))
      .map((line) => line.trim());
  }
}

class MapState implements FilterState {
  readonly values = new Map<
    string,
    { readonly value: Uint8Array; readonly readOnly: boolean; readonly span: number }
  >();

  get(key: string) {
    return this.values.get(key)?.value;
  }
  set(key: string, value: Uint8Array, options: { readonly readOnly: boolean; readonly span: number }): Status {
    if (this.values.get(key)?.readOnly) return Status.BadArgument;
    this.values.set(key, { value, ...options });
    return Status.Ok;
  }
  setObject(key: string, value: Uint8Array, span: number): Status {
    if (!key.startsWith("envoy.")) return Status.NotFound;
    this.values.set(key, { value, readOnly: false, span });
    return Status.Ok;
  }
}

/** A network chain that notes what is asked of it. */
export class FakeNetwork implements NetworkHost {
  readonly done: string[] = [];
  readonly filterState = new MapState();
  properties: Record<string, PropertyValue> = {};

  property = (name: string) => this.properties[name];
  fail = () => void this.done.push("fail");
  closeStream = (type: number) => void this.done.push(`close ${type}`);
  continueStream = () => void this.done.push("continue");
}

/** An HTTP chain that notes what is asked of it. */
export class FakeHttp implements HttpHost {
  readonly done: string[] = [];
  readonly filterState = new MapState();
  readonly replies: LocalResponse[] = [];
  readonly trailers = new HeaderMap();
  properties: Record<string, PropertyValue> = {};
  kept: ByteQueue | undefined;
  onReply = (_response: LocalResponse): void => {};

  property = (name: string) => this.properties[name];
  fail = () => void this.done.push("fail");
  closeStream = (type: number) => void this.done.push(`close ${type}`);
  continueStream = (type: number) => void this.done.push(`continue ${type}`);
  requestChanged = () => {};
  clearRouteCache = () => void this.done.push("clear");
  bufferedBody = () => this.kept;
  addTrailers = () => this.trailers;
  sendLocalResponse(response: LocalResponse): void {
    this.done.push(`local ${response.status}`);
    this.replies.push(response);
    this.onReply(response);
  }
}
