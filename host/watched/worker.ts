import { parentPort, workerData } from "node:worker_threads";
import { startHost } from "../host.js";
import type { Logger } from "../network/index.js";
import type { FromWorker, LogMethod, ToWorker, WorkerStart } from "./messages.js";
import { Pulse } from "./pulse.js";

/** Often enough that a watchdog of a second is not mistaken. */
const BEAT_MS = 100;

const port = parentPort;
if (port === null) throw new Error("this is a worker's file");
const { bootstrap, pulse: memory, adminPort, replaced, vmMemoryBytes, locality, levels } = workerData as WorkerStart;
const pulse = new Pulse(memory);
const tell = (message: FromWorker): void => port.postMessage(message);

// The first one says that the code is loaded: from here on there is nothing that may take long.
pulse.beat();
setInterval(() => pulse.beat(), BEAT_MS).unref();

let lastVm = 0;
const watch = (name: string) => {
  const number = ++lastVm;
  tell({ kind: "vm", number, name });
  return (inside: boolean): void => {
    pulse.running = inside ? number : 0;
  };
};

try {
  const host = await startHost({
    bootstrap,
    logger: logger(),
    watch,
    replaced,
    ...(adminPort && { adminPort }),
    ...(vmMemoryBytes && { vmMemoryBytes }),
    locality,
  });
  tell({ kind: "started", adminPort: host.adminPort });
  port.on("message", ({ kind }: ToWorker) => {
    if (kind !== "close") return;
    port.removeAllListeners("message");
    void host.close().then(() => {
      tell({ kind: "closed" });
      port.close();
    });
  });
  void host.ready().then(() => tell({ kind: "ready" }));
} catch (error) {
  tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

/** Lines go to the main thread; those that it does not want are not even sent. */
function logger(): Logger {
  const line = (method: LogMethod) =>
    levels.includes(method)
      ? (fields: object, message: string): void => tell({ kind: "log", method, fields: plain(fields), message })
      : (): void => undefined;
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** Errors as their stacks, and nothing that cannot be cloned. */
function plain(fields: object): object {
  const text = JSON.stringify(fields, (_key, value: unknown) => {
    if (value instanceof Error) return value.stack ?? value.message;
    return typeof value === "bigint" ? value.toString() : value;
  });
  return JSON.parse(text) as object;
}
