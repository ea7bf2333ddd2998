import { Worker } from "node:worker_threads";
import { SILENT } from "../host.js";
import type { Logger } from "../network/index.js";
import type { FromWorker, LogMethod, ToWorker, WorkerStart } from "./messages.js";
import { Pulse } from "./pulse.js";

/** How often the watchdog looks. */
const LOOK_MS = 250;
/** A worker that dies by itself is replaced after so long. */
const REPLACE_AFTER_MS = 1_000;
/** What a worker gets to close itself, beside what its connections get to flush. */
const CLOSE_PATIENCE_MS = 5_000;

const METHODS: readonly LogMethod[] = ["debug", "info", "warn", "error"];

/** Options of {@link startWatchedHost}. */
export interface WatchedHostOptions {
  /** Envoy's bootstrap, YAML or JSON. */
  readonly bootstrap: string;
  readonly logger?: Logger;
  /** The data plane is replaced when it has not answered for so long; 0: never. */
  readonly patienceMs: number;
  /** What the memory of each Wasm VM may grow to. Default 512 MiB. */
  readonly vmMemoryBytes?: number;
  /** Where the proxy is, in place of what the bootstrap's node says. */
  readonly locality?: string;
}

/** A proxy whose data plane runs in a thread of its own. */
export interface WatchedHost {
  readonly adminPort: number;
  /** Resolves when listeners take connections for the first time. */
  ready(): Promise<void>;
  /** Closes listeners, lets connections flush, and ends the thread. */
  close(): Promise<void>;
}

/**
 * Starts a proxy in a worker thread.
 * @throws Error for a bootstrap that the host does not take, with line and field
 */
export async function startWatchedHost(options: WatchedHostOptions): Promise<WatchedHost> {
  const host = new RunningWatchedHost(options);
  await host.start();
  return host;
}

class RunningWatchedHost implements WatchedHost {
  adminPort = 0;
  private readonly logger: Logger;
  private readonly live: Promise<void>;
  private setLive = (): void => undefined;
  private setStarted: { resolve(): void; reject(error: Error): void } | undefined;
  private worker: Worker | undefined;
  private pulse = new Pulse();
  private readonly vms = new Map<number, string>();
  private watchdog: NodeJS.Timeout | undefined;
  private restart: NodeJS.Timeout | undefined;
  private replaced = 0;
  private closing = false;

  constructor(private readonly options: WatchedHostOptions) {
    this.logger = options.logger ?? SILENT;
    this.live = new Promise((resolve) => {
      this.setLive = resolve;
    });
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.setStarted = { resolve, reject };
      this.spawn();
    });
  }

  ready(): Promise<void> {
    return this.live;
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.watchdog);
    clearTimeout(this.restart);
    const { worker } = this;
    if (worker === undefined) return;
    const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage({ kind: "close" } satisfies ToWorker);
    const timer = setTimeout(() => void worker.terminate(), CLOSE_PATIENCE_MS);
    await gone;
    clearTimeout(timer);
  }

  private spawn(): void {
    const { bootstrap, vmMemoryBytes, locality } = this.options;
    this.pulse = new Pulse();
    this.vms.clear();
    const levels = METHODS.filter((method) => this.wants(method));
    const adminPort = this.adminPort === 0 ? undefined : this.adminPort;
    const workerData: WorkerStart = {
      bootstrap,
      pulse: this.pulse.memory,
      adminPort,
      replaced: this.replaced,
      vmMemoryBytes,
      locality,
      levels,
    };
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData });
    this.worker = worker;
    worker.on("message", (message: FromWorker) => this.hear(message));
    worker.on("error", (error) => this.logger.error({ err: error }, "the data plane failed"));
    worker.once("exit", () => this.onExit(worker));
    this.watch(worker);
  }

  private hear(message: FromWorker): void {
    switch (message.kind) {
      case "log":
        this.logger[message.method](message.fields, message.message);
        break;
      case "vm":
        this.vms.set(message.number, message.name);
        break;
      case "started":
        this.adminPort = message.adminPort;
        this.setStarted?.resolve();
        this.setStarted = undefined;
        break;
      case "ready":
        this.setLive();
        break;
      case "failed":
        this.onFailure(message.message);
        break;
      case "closed":
        break;
    }
  }

  /** What does not start for the first time never will; a replacement is tried again. */
  private onFailure(reason: string): void {
    if (this.setStarted === undefined) this.logger.error({ reason }, "the data plane could not be replaced");
    else this.closing = true;
    this.setStarted?.reject(new Error(reason));
    this.setStarted = undefined;
    void this.worker?.terminate();
  }

  private onExit(worker: Worker): void {
    if (worker !== this.worker) return;
    clearInterval(this.watchdog);
    this.worker = undefined;
    if (this.closing) return;
    this.setStarted?.reject(new Error("the data plane ended before it had started"));
    if (this.setStarted !== undefined) return;
    this.logger.error({ inMs: REPLACE_AFTER_MS }, "the data plane ended; another will be started");
    this.restart = setTimeout(() => this.spawn(), REPLACE_AFTER_MS);
  }

  /** Counts its own looks, not the clock: a process that was stopped, or had no processor, is not taken for a dead one. */
  private watch(worker: Worker): void {
    const { patienceMs } = this.options;
    if (patienceMs <= 0) return;
    let beats = this.pulse.beats;
    let missed = 0;
    clearInterval(this.watchdog);
    this.watchdog = setInterval(() => {
      const now = this.pulse.beats;
      missed = now === beats ? missed + 1 : 0;
      beats = now;
      // Before its first beat a worker is starting: it loads its code.
      if (now === 0 || missed * LOOK_MS < patienceMs) return;
      clearInterval(this.watchdog);
      void this.replace(worker);
    }, LOOK_MS).unref();
  }

  private async replace(worker: Worker): Promise<void> {
    const vm = this.vms.get(this.pulse.running);
    this.replaced += 1;
    const fields = { patienceMs: this.options.patienceMs, ...(vm !== undefined && { vmId: vm }) };
    const where = vm === undefined ? "" : `: a call into the VM "${vm}" does not return`;
    if (this.setStarted !== undefined) {
      this.onFailure(`the data plane does not answer${where}`);
      return;
    }
    this.logger.error(fields, `the data plane does not answer${where}; it is replaced`);
    this.worker = undefined;
    await worker.terminate();
    if (!this.closing) this.spawn();
  }

  private wants(method: LogMethod): boolean {
    const { logger } = this;
    return "isLevelEnabled" in logger && typeof logger.isLevelEnabled === "function"
      ? Boolean(logger.isLevelEnabled(method))
      : true;
  }
}
