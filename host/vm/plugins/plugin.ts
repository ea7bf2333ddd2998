import { LogLevel } from "../abi.js";
import { HttpContext, NetworkContext } from "../contexts/index.js";
import { systemClock } from "../state/index.js";
import type { HttpHost, HttpStream, NetworkHost, NetworkStream, Plugin, PluginOptions } from "../types.js";
import type { Surroundings } from "./instance.js";
import type { RootHold } from "./root-hold.js";
import type { SharedVm } from "./shared-vm.js";

const BACKOFF_MS = 1000;
/** Envoy waits between the interval and half as much again. */
const JITTER = 0.5;

/** A configured plugin, and what becomes of it when its VM dies. */
export class LoadedPlugin implements Plugin {
  readonly #vm: SharedVm;
  #hold: RootHold;
  #retryAt: bigint;
  #closed = false;

  constructor(
    private readonly options: PluginOptions,
    private readonly surroundings: Surroundings,
    vm: SharedVm,
    hold: RootHold,
  ) {
    this.#vm = vm;
    this.#hold = hold;
    this.#retryAt = this.#nextRetry();
    vm.enter();
  }

  get name(): string {
    return this.options.name;
  }

  get rootId(): string {
    return this.options.rootId;
  }

  get vmId(): string {
    return this.options.vm.vmId;
  }

  get healthy(): boolean {
    return this.#hold.alive;
  }

  networkStream(host: NetworkHost): NetworkStream | undefined {
    const hold = this.#usable();
    return hold && new NetworkContext(hold.vm, hold.root, host, this.#policy(hold));
  }

  httpStream(host: HttpHost): HttpStream | undefined {
    const hold = this.#usable();
    const mayStop = this.options.allowOnHeadersStopIteration ?? false;
    return hold && new HttpContext(hold.vm, hold.root, host, this.#policy(hold), mayStop);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hold.release();
    this.#vm.leave();
  }

  #policy(hold: RootHold) {
    hold.retain();
    return { failOpen: this.options.failOpen ?? false, ended: () => hold.release() };
  }

  /** The root for a new stream: a dead one where the stream has to fail, none where it may pass. */
  #usable(): RootHold | undefined {
    if (this.#closed) throw new Error(`the Wasm plugin "${this.name}" is closed`);
    if (this.#hold.alive) return this.#hold;
    if (this.options.failurePolicy === "FAIL_RELOAD") this.#reload();
    if (this.#hold.alive) return this.#hold;
    return this.options.failOpen || this.options.failurePolicy === "FAIL_OPEN" ? undefined : this.#hold;
  }

  #reload(): void {
    if (this.#now() < this.#retryAt) return;
    this.#retryAt = this.#nextRetry();
    const acquired = this.#vm.acquire(this.options);
    if ("reason" in acquired) {
      this.#log(LogLevel.Error, `the VM could not be replaced: ${acquired.reason}`);
      return;
    }
    const dead = this.#hold;
    this.#hold = acquired.hold;
    dead.release();
    this.#log(LogLevel.Info, "the VM was replaced");
  }

  #log(level: LogLevel, message: string): void {
    this.surroundings.services.log({ level, message, plugin: this.name, rootId: this.rootId, vmId: this.vmId });
  }

  #nextRetry(): bigint {
    const interval = this.options.reloadBackoffMs ?? BACKOFF_MS;
    return this.#now() + BigInt(Math.round(interval * (1 + Math.random() * JITTER) * 1_000_000));
  }

  #now(): bigint {
    return (this.surroundings.services.clock ?? systemClock).monotonic();
  }
}
