import { LogLevel } from "./abi.js";
import { type Callbacks, callbacksOf, exportedFunction, type ModuleFunction, nameOf } from "./callbacks.js";
import { Context } from "./context.js";
import { Memory } from "./memory.js";
import type { AbiVersion, LoadedModule } from "./module/index.js";
import { type Pair, pairsSize, writePairs } from "./pairs.js";
import type { VmServices } from "./services.js";
import type { SourceMap } from "./source/index.js";
import type { VmState } from "./state/index.js";
import type { VmOptions } from "./types.js";

/** What the module may call at the moment. */
enum Restriction {
  None,
  /** In a start section: nothing. Envoy knows no VM then, and its process ends. */
  Instantiating,
  /** In _initialize, main or _start: WASI and proxy_log. */
  Starting,
  /** In its allocator: proxy_log, fd_write, clock_time_get, poll_oneoff. */
  Allocating,
}

/** The two lowest bits of a call's token. */
export enum CallKind {
  Http = 0,
  GrpcUnary = 1,
  GrpcStream = 2,
}

/** What an instance needs of its surroundings. */
export interface VmEnvironment {
  readonly module: LoadedModule;
  readonly options: VmOptions;
  readonly services: VmServices;
  readonly state: VmState;
}

/** One instance of a module: its memory, its contexts, whose call it is in, and whether it is still alive. */
export class Vm {
  readonly options: VmOptions;
  readonly services: VmServices;
  readonly state: VmState;
  readonly abi: AbiVersion;
  readonly contexts = new Map<number, Context>();
  memory = new Memory(new WebAssembly.Memory({ initial: 0 }));
  callbacks: Callbacks = callbacksOf({});
  /** The latest line at error level or above: why a module refuses is in its log. */
  lastError: string | undefined;
  /** Set by send_local_response: whatever the callback returns, the chain stops. */
  stopped = false;
  #malloc: ModuleFunction | undefined;
  #failure: string | undefined;
  #restriction = Restriction.Instantiating;
  #current: Context;
  #effective = 0;
  #depth = 0;
  #nextId = 1;
  #afterCall: (() => void)[] = [];
  #lastDnsToken = 1;
  readonly #lastTokens = new Map<CallKind, number>();
  readonly #own: Context;
  readonly #watch: ((inside: boolean) => void) | undefined;

  constructor(environment: VmEnvironment) {
    this.options = environment.options;
    this.services = environment.services;
    this.state = environment.state;
    this.abi = environment.module.abi;
    this.#own = new Context(0, { name: "", rootId: "", vmId: this.options.vmId });
    this.#current = this.#own;
    this.#watch = environment.services.watch?.(this.options.vmId);
  }

  /** Takes an instance's exports and memory, then lets it initialise itself; afterwards `failure` says whether it is alive. */
  start(exports: Readonly<Record<string, unknown>>, memory: WebAssembly.Memory): void {
    this.memory = new Memory(memory);
    this.callbacks = callbacksOf(exports);
    this.#malloc = exportedFunction(exports, "malloc") ?? exportedFunction(exports, "proxy_on_memory_allocate");
    const initialize = exportedFunction(exports, "_initialize");
    const mainName = typeof exports["main"] === "function" ? "main" : "__main_void";
    const main = exportedFunction(exports, mainName);
    const first = initialize ?? exportedFunction(exports, "_start");
    this.#restriction = Restriction.Starting;
    if (first) this.#guarded(initialize ? "_initialize" : "_start", first);
    if (initialize && main && this.#failure === undefined) this.#guarded(mainName, main, 0, 0);
    this.#restriction = Restriction.None;
  }

  /** Why the VM is dead; undefined while it lives. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Is a call into the module under way? */
  get busy(): boolean {
    return this.#depth > 0;
  }

  /** Takes the next context id: 32 bits, never one in use. */
  allocateId(): number {
    let id = this.#nextId;
    while (id === 0 || this.contexts.has(id)) id = (id + 1) >>> 0;
    this.#nextId = (id + 1) >>> 0;
    return id;
  }

  /** Whose host call this is: the effective context, where one is set. Throws where host calls are not allowed. */
  get callee(): Context {
    if (this.#restriction !== Restriction.None) {
      this.outsideStartSection();
      throw restricted();
    }
    return this.#speaker();
  }

  /** The context whose callback runs, whatever the effective one is. */
  get current(): Context {
    return this.#current;
  }

  /** As `callee`, for what may be called in the allocator too: logging. */
  get speaker(): Context {
    this.outsideStartSection();
    return this.#speaker();
  }

  /** Throws in the start section, from which nothing may be called. */
  outsideStartSection(): void {
    if (this.#restriction === Restriction.Instantiating) throw tooEarly();
  }

  /** Throws inside the allocator: WASI functions that only initialisation may call. */
  outsideAllocator(): void {
    this.outsideStartSection();
    if (this.#restriction === Restriction.Allocating) throw restricted();
  }

  /** set_effective_context; 0 is back to the real one. */
  setEffective(id: number): boolean {
    if (id !== 0 && !this.contexts.has(id)) return false;
    this.#effective = id;
    return true;
  }

  /** Calls an export as a context; a trap makes the VM dead and the result 0. Actions wait for `settle`. */
  enter(context: Context, call: ModuleFunction, a = 0, b = 0, c = 0, d = 0, e = 0): number {
    const current = this.#current;
    const effective = this.#effective;
    this.#current = context;
    this.#effective = 0;
    this.#enter();
    try {
      return (call(a, b, c, d, e) ?? 0) >>> 0;
    } catch (error) {
      this.fail(nameOf(this.callbacks, call), error);
      return 0;
    } finally {
      this.#leave();
      this.#current = current;
      this.#effective = effective;
    }
  }

  /** Does what the module asked for during the call: it acts on chains, which may call the module again. */
  settle(): void {
    this.stopped = false;
    while (this.#afterCall.length > 0) {
      const actions = this.#afterCall;
      this.#afterCall = [];
      for (const action of actions) action();
    }
  }

  /** `enter` and `settle`, where the callback is exported; `otherwise` where it is not, or the VM is dead. */
  callback(
    context: Context,
    call: ModuleFunction | undefined,
    otherwise: number,
    a = 0,
    b = 0,
    c = 0,
    d = 0,
    e = 0,
  ): number {
    if (!call || this.#failure !== undefined) return otherwise;
    const result = this.enter(context, call, a, b, c, d, e);
    this.settle();
    return result;
  }

  /** Keeps an action until the VM has returned. */
  afterCall(action: () => void): void {
    this.#afterCall.push(action);
  }

  /** Tokens of calls out of the VM: http 4, 8 …, unary gRPC 5, 9 …, gRPC streams 6, 10 … */
  nextToken(kind: CallKind): number {
    const token = this.tokenAfter(kind);
    this.#lastTokens.set(kind, token);
    return token;
  }

  /** What `nextToken` gives next: a call that does not even start uses none up. */
  tokenAfter(kind: CallKind): number {
    return (this.#lastTokens.get(kind) ?? kind) + 4;
  }

  /** Tokens of envoy_resolve_dns: 2, 3 … */
  nextDnsToken(): number {
    return ++this.#lastDnsToken;
  }

  /** The VM is dead: its memory may be anything. */
  fail(where: string, error: unknown): void {
    if (this.#failure !== undefined) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure = `${where} failed: ${reason}`;
    this.#afterCall = [];
    this.log(LogLevel.Critical, `${this.#failure}${frames(error, this.options.sourceMap)}`, this.#current);
    this.end();
  }

  /** Ends without callbacks into the module; timers and calls are let go. */
  end(): void {
    this.#failure ??= "the VM was closed";
    for (const context of this.contexts.values()) context.release();
  }

  log(level: LogLevel, message: string, context: Context = this.#own): void {
    const { name, rootId, vmId } = context.plugin;
    if (level >= LogLevel.Error) this.lastError = message;
    this.services.log({ level, message, vmId, rootId, plugin: name });
  }

  /** Memory from the module's own allocator; 0 where it has none to give. */
  allocate(size: number): number {
    const malloc = this.#malloc;
    if (!malloc) return 0;
    const current = this.#current;
    const effective = this.#effective;
    const restriction = this.#restriction;
    this.#current = this.#own;
    this.#effective = 0;
    this.#restriction = Restriction.Allocating;
    try {
      const pointer = (malloc(size) ?? 0) >>> 0;
      return pointer + size <= this.memory.bytes.length ? pointer : 0;
    } finally {
      this.#current = current;
      this.#effective = effective;
      this.#restriction = restriction;
    }
  }

  /** Gives the module bytes in memory of its own; nothing is allocated for none: pointer 0, length 0. */
  give(bytes: Uint8Array, pointerOut: number, lengthOut: number): boolean {
    let pointer = 0;
    if (bytes.length > 0) {
      pointer = this.allocate(bytes.length);
      if (pointer === 0) return false;
      this.memory.bytes.set(bytes, pointer);
    }
    return this.#handOver(pointer, bytes.length, pointerOut, lengthOut);
  }

  /** Gives a byte string. */
  giveString(text: string, pointerOut: number, lengthOut: number): boolean {
    const size = text.length;
    if (size === 0) return this.#handOver(0, 0, pointerOut, lengthOut);
    const pointer = this.allocate(size);
    if (pointer === 0) return false;
    const bytes = this.memory.bytes;
    for (let i = 0; i < size; i++) bytes[pointer + i] = text.charCodeAt(i);
    return this.#handOver(pointer, size, pointerOut, lengthOut);
  }

  /** Gives a map, written straight into the module's memory. */
  givePairs(pairs: readonly Pair[], pointerOut: number, lengthOut: number): boolean {
    if (pairs.length === 0) return this.#handOver(0, 0, pointerOut, lengthOut);
    const size = pairsSize(pairs);
    const pointer = this.allocate(size);
    if (pointer === 0) return false;
    writePairs(pairs, this.memory.bytes.subarray(pointer, pointer + size));
    return this.#handOver(pointer, size, pointerOut, lengthOut);
  }

  #handOver(pointer: number, length: number, pointerOut: number, lengthOut: number): boolean {
    return this.memory.setU32(pointerOut, pointer) && this.memory.setU32(lengthOut, length);
  }

  #speaker(): Context {
    if (this.#effective === 0) return this.#current;
    return this.contexts.get(this.#effective) ?? this.#current;
  }

  /** A call into the module begins; a watchdog is told of the outermost. */
  #enter(): void {
    if (this.#depth++ === 0) this.#watch?.(true);
  }

  #leave(): void {
    if (--this.#depth === 0) this.#watch?.(false);
  }

  #guarded(name: string, call: ModuleFunction, a = 0, b = 0): void {
    this.#enter();
    try {
      call(a, b);
    } catch (error) {
      this.fail(name, error);
    } finally {
      this.#leave();
    }
  }
}

function tooEarly(): Error {
  return new Error(
    "restricted_callback: a host function was called from the start section, which ends Envoy's process; " +
      "export it as _initialize (AssemblyScript: --exportStart _initialize)",
  );
}

function restricted(): Error {
  return new Error("restricted_callback: a host function that may not be called here");
}

/** The frames of a trap that lie in the module, innermost first, by the names of its name section and by its source map. */
function frames(error: unknown, map: SourceMap | undefined): string {
  if (!(error instanceof Error) || !error.stack) return "";
  const inModule = error.stack.split("\n").filter((line) => line.includes("wasm://") || line.includes("wasm-function"));
  const stack = inModule.map((line) => `\n  ${line.trim()}`).join("");
  return map === undefined ? stack : map.translate(stack);
}
