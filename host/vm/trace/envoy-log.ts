import { describeAnswer, describeCall } from "./arguments.js";
import { SILENT, type TraceEvent } from "./tracer.js";

/**
 * What Envoy logs of modules with `--component-log-level wasm:trace`, in its default format (proxy-wasm-cpp-host
 * src/v8/v8.cc, where calls are made):
 *
 *     line     = "[" time "][" thread "][" level "][wasm] [" place "] " message
 *     message  = "[host->vm] " function "(" arguments ")"              ; a callback begins
 *              / "[vm->host] " module "." function "(" arguments ")"   ; it asks the host
 *              / "[vm<-host] " module "." function " return: " result  ; the host has answered
 *              / "[host<-vm] " function " return: " result             ; the callback has ended
 *              / "Function: " function " failed: " reason              ; it has trapped
 *              / "wasm log" *(" " name) ": " text                      ; what proxy_log was given
 */
const LINE = /^\[[^\]]*\]\[(\d+)\]\[\w+\]\[wasm\] \[[^\]]*\] (.*)$/;
const MESSAGE =
  /^(?:\[(host->vm|vm->host|vm<-host|host<-vm)\] (?:\w+\.)?(\w+)(?:\((.*)\)| return: (\S+))|Function: (\w+) failed: (.*)|wasm log[^:]*: (.*))$/;

interface HostCall {
  readonly name: string;
  readonly args: readonly bigint[];
  logged?: string;
}

/** One of Envoy's threads, whose modules take turns. */
interface Thread {
  depth: number;
  readonly asked: HostCall[];
}

/** A line of a trace, and the thread of Envoy's in which it was. */
export interface LoggedEvent extends TraceEvent {
  readonly thread: string;
}

/** The calls between Envoy and its modules, as a tracer tells them; of what lay in a module's memory its length alone. */
export class EnvoyLogTrace {
  readonly #threads = new Map<string, Thread>();

  /** What the next line of the log tells, if anything. */
  read(line: string): LoggedEvent | undefined {
    const [, id, message = ""] = LINE.exec(line) ?? [];
    if (id === undefined) return undefined;
    const thread = this.#threads.get(id) ?? { depth: 0, asked: [] };
    this.#threads.set(id, thread);
    const event = read(message, thread);
    return event && { ...event, thread: id };
  }
}

function read(message: string, thread: Thread): TraceEvent | undefined {
  const [, way, name = "", args = "", result = "", dead, reason = "", logged] = MESSAGE.exec(message) ?? [];
  const last = thread.asked.at(-1);
  if (logged !== undefined) {
    if (last?.name === "proxy_log") last.logged = logged;
    return undefined;
  }
  if (dead !== undefined) {
    thread.depth = 0;
    thread.asked.length = 0;
    return { depth: 0, text: `${dead} died: ${reason}` };
  }
  if (SILENT.has(name)) return undefined;
  switch (way) {
    case "host->vm":
      return { depth: thread.depth++, text: `${name}(${args})` };
    case "host<-vm":
      thread.depth = Math.max(0, thread.depth - 1);
      return result === "void" ? undefined : { depth: thread.depth, text: `${name} = ${result}` };
    case "vm->host":
      thread.asked.push({ name, args: args === "" ? [] : args.split(", ").map(signed) });
      return undefined;
    case "vm<-host":
      thread.asked.pop();
      // A log may begin in the middle of a call.
      return last?.name === name ? { depth: thread.depth, text: answered(last, result) } : undefined;
    default:
      return undefined;
  }
}

function answered({ name, args, logged }: HostCall, result: string): string {
  const call = logged === undefined ? describeCall(name, args) : `${name}(${JSON.stringify(logged)})`;
  return `${call}${describeAnswer(name, args, result === "void" ? undefined : Number(result))}`;
}

/** Envoy prints 64 bits without their sign. */
function signed(number: string): bigint {
  return /^-?\d+$/.test(number) ? BigInt.asIntN(64, BigInt(number)) : 0n;
}
