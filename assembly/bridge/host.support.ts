import { readFile } from "node:fs/promises";
import { compileModule } from "../testing/compile.support.js";

const OK = 0;
const NOT_FOUND = 1;
const DOWNSTREAM = 2;
const STOP = 1;
const CONFIGURATION = 7;
const DOWNSTREAM_DATA = 2;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  proxy_on_memory_allocate(size: number): number;
  proxy_on_context_create(id: number, parent: number): void;
  proxy_on_configure(root: number, size: number): number;
  proxy_on_new_connection(id: number): number;
  proxy_on_downstream_data(id: number, size: number, end: number): number;
  proxy_on_upstream_data(id: number, size: number, end: number): number;
  proxy_on_tick(root: number): void;
  proxy_on_delete(id: number): void;
}

/** AwesomeRPC's module; with `traits`, a variant whose codec says these of itself. */
export async function bridgeModule(traits?: string, members = ""): Promise<WebAssembly.Module> {
  const folder = "examples/awesomerpc/codec";
  if (traits === undefined) return compileModule(`${folder}/index.ts`, await readFile(`${folder}/index.ts`, "utf8"));
  return compileModule(
    `${folder}/variant.ts`,
    `import { Codec, Frame, Mutation, Traits, Writer } from "meltemi/assembly";
     import { registerCodec } from "meltemi/assembly/bridge";
     import { AwesomeRpc } from "./awesomerpc";
     class Variant extends AwesomeRpc {
       traits(): Traits { const traits = new Traits(); ${traits} return traits; }
       ${members}
     }
     registerCodec("variant", (): Codec => new Variant());
     export * from "meltemi/assembly/proxy";`,
  );
}

/** As much of a proxy as two buffers and a close need: one plugin of a module, for tests of the bridge alone. */
export class Host {
  readonly logs: string[] = [];
  readonly closed = new Set<number>();
  readonly metrics = new Map<string, number>();
  /** Nanoseconds. */
  time = 1_000_000_000n;
  tickPeriod = 0;
  /** Whether the last bytes from downstream were stopped, and how often a connection was let go on. */
  stopped = false;
  continued = 0;
  /** Bytes from downstream that were stopped, by connection, and those that were then let go on. */
  private readonly held = new Map<number, Buffer>();
  private letGo: Buffer[] = [];
  private readonly wasm: Exports;
  private readonly names: string[] = [];
  private fromDownstream: Buffer = Buffer.alloc(0);
  private fromUpstream: Buffer = Buffer.alloc(0);
  private configuration: Buffer = Buffer.alloc(0);
  private current = 0;
  private contexts = 1;

  constructor(module: WebAssembly.Module) {
    const env = new Proxy(this.calls(), { get: (calls, name) => calls[String(name)] ?? (() => NOT_FOUND) });
    this.wasm = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
    this.wasm._initialize();
    this.wasm.proxy_on_context_create(1, 0);
  }

  configure(configuration: object): boolean {
    this.configuration = Buffer.from(JSON.stringify(configuration));
    return this.wasm.proxy_on_configure(1, this.configuration.length) === 1;
  }

  connect(): number {
    const id = ++this.contexts;
    this.wasm.proxy_on_context_create(id, 1);
    this.wasm.proxy_on_new_connection(id);
    return id;
  }

  /** Bytes from the side that connected; what the filter hands on. As in Envoy, what it stopped is there the next time. */
  downstream(id: number, bytes: Uint8Array): Buffer {
    if (bytes.length === 0) return Buffer.alloc(0);
    this.enter(id);
    this.fromDownstream = Buffer.concat([this.fromDownstream, bytes]);
    this.stopped = this.wasm.proxy_on_downstream_data(id, this.fromDownstream.length, 0) === STOP;
    if (!this.stopped) this.letDownstreamGo();
    this.held.set(id, this.fromDownstream);
    return this.takeLetGo();
  }

  /** Bytes towards the side that connected; what the filter hands on. */
  upstream(id: number, bytes: Uint8Array): Buffer {
    if (bytes.length === 0) return Buffer.alloc(0);
    this.enter(id);
    this.fromUpstream = Buffer.from(bytes);
    this.wasm.proxy_on_upstream_data(id, bytes.length, 0);
    this.held.set(id, this.fromDownstream);
    return this.fromUpstream;
  }

  /** What the filter let go on of bytes from downstream since this was last asked. */
  takeLetGo(): Buffer {
    return Buffer.concat(this.letGo.splice(0));
  }

  /** Bytes from downstream that are stopped. */
  heldBytes(id: number): number {
    return this.held.get(id)?.length ?? 0;
  }

  tick(): void {
    this.wasm.proxy_on_tick(1);
    this.held.set(this.current, this.fromDownstream);
  }

  delete(id: number): void {
    this.wasm.proxy_on_delete(id);
  }

  /** A counter's value, by the last part of its name. */
  metric(name: string): number {
    return [...this.metrics].find(([full]) => full.endsWith(`.${name}`))?.[1] ?? 0;
  }

  get memoryBytes(): number {
    return this.wasm.memory.buffer.byteLength;
  }

  private enter(id: number): void {
    this.current = id;
    this.fromDownstream = this.held.get(id) ?? Buffer.alloc(0);
  }

  private letDownstreamGo(): void {
    this.letGo.push(this.fromDownstream);
    this.fromDownstream = Buffer.alloc(0);
  }

  private calls(): Record<string, (...args: number[]) => number> {
    return {
      proxy_log: (_level = 0, at = 0, length = 0) => {
        this.logs.push(this.read(at, length).toString());
        return OK;
      },
      proxy_get_current_time_nanoseconds: (at = 0) => {
        new DataView(this.wasm.memory.buffer).setBigUint64(at, this.time, true);
        return OK;
      },
      proxy_get_buffer_bytes: (type = 0, start = 0, length = 0, ptr = 0, size = 0) => {
        const whole = type === CONFIGURATION ? this.configuration : this.bufferOf(type);
        const bytes = whole.subarray(start, start + length);
        const at = this.wasm.proxy_on_memory_allocate(bytes.length);
        new Uint8Array(this.wasm.memory.buffer).set(bytes, at);
        this.word(ptr, at);
        this.word(size, bytes.length);
        return OK;
      },
      proxy_set_buffer_bytes: (type = 0, _start = 0, length = 0, ptr = 0, size = 0) => {
        if (length !== this.bufferOf(type).length) throw new Error("a part of a buffer was replaced");
        if (type === DOWNSTREAM_DATA) this.fromDownstream = this.read(ptr, size);
        else this.fromUpstream = this.read(ptr, size);
        return OK;
      },
      proxy_continue_stream: () => {
        this.continued++;
        this.letDownstreamGo();
        return OK;
      },
      proxy_close_stream: (type = 0) => {
        if (type === DOWNSTREAM) this.closed.add(this.current);
        return OK;
      },
      proxy_set_effective_context: (id = 0) => {
        this.held.set(this.current, this.fromDownstream);
        this.enter(id);
        return OK;
      },
      proxy_set_tick_period_milliseconds: (period = 0) => {
        this.tickPeriod = period;
        return OK;
      },
      proxy_define_metric: (_type = 0, ptr = 0, size = 0, at = 0) => {
        this.word(at, this.names.push(this.read(ptr, size).toString()) - 1);
        return OK;
      },
      proxy_increment_metric: ((id: number, by: bigint) => {
        const name = this.names[id] ?? "";
        this.metrics.set(name, (this.metrics.get(name) ?? 0) + Number(by));
        return OK;
      }) as unknown as (...args: number[]) => number,
    };
  }

  private bufferOf(type: number): Buffer {
    return type === DOWNSTREAM_DATA ? this.fromDownstream : this.fromUpstream;
  }

  private word(at: number, value: number): void {
    new DataView(this.wasm.memory.buffer).setUint32(at, value, true);
  }

  private read(at: number, length: number): Buffer {
    return Buffer.from(new Uint8Array(this.wasm.memory.buffer, at >>> 0, length));
  }
}
