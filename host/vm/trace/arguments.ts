import { BufferType, LogLevel, MapType, MetricType, Status, StreamType } from "../abi.js";
import type { Memory } from "../memory.js";
import { readPairs } from "../pairs.js";
import { FORMATS } from "./formats.js";

type Argument = number | bigint;

const ENUMS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  level: LogLevel,
  map: MapType,
  buffer: BufferType,
  stream: StreamType,
  metric: MetricType,
};

/** A host call with what it was given, before it is made. Without the module's memory only lengths are known of what lies there. */
export function describeCall(name: string, args: readonly Argument[], memory?: Memory): string {
  const parts: string[] = [];
  for (const { kind, at } of placed(name, args)) {
    if (!kind.startsWith(">")) parts.push(describeInput(kind, args, at, memory));
  }
  return `${name}(${parts.join(", ")})`;
}

/** What it answered; without the module's memory no more than its status. */
export function describeAnswer(name: string, args: readonly Argument[], result: unknown, memory?: Memory): string {
  if (!name.startsWith("proxy_")) return result === undefined ? "" : ` = ${result}`;
  const status = Number(result);
  if (status !== Status.Ok) return ` = ${Status[status] ?? status}`;
  if (memory === undefined) return "";
  const outputs = [...placed(name, args)].filter(({ kind }) => kind.startsWith(">"));
  if (outputs.length === 0) return "";
  return ` = ${outputs.map(({ kind, at }) => describeOutput(kind, args, at, memory)).join(", ")}`;
}

/** The words of a format with the place of their first argument; a function without a format has numbers. */
function* placed(name: string, args: readonly Argument[]): Generator<{ readonly kind: string; readonly at: number }> {
  const format = FORMATS[name]?.split(" ") ?? args.map(() => "number");
  let at = 0;
  for (const kind of format) {
    yield { kind, at };
    at += /^>?(?:text|path|pairs)$/.test(kind) ? 2 : 1;
  }
}

function describeInput(kind: string, args: readonly Argument[], at: number, memory: Memory | undefined): string {
  const value = args[at] ?? 0;
  if (kind === "number") return String(value);
  if (kind === "flag") return String(value !== 0);
  const names = ENUMS[kind];
  if (names) return names[Number(value)] ?? String(value);
  const length = Number(args[at + 1] ?? 0);
  if (memory === undefined) return `<${length} ${length === 1 ? "byte" : "bytes"}>`;
  const bytes = memory.view(Number(value), length);
  return bytes ? describeBytes(kind, bytes) : "outside memory";
}

function describeOutput(kind: string, args: readonly Argument[], at: number, memory: Memory): string {
  const where = Number(args[at] ?? 0);
  if (kind === ">u32") return String(memory.u32(where) ?? "outside memory");
  if (kind === ">u64") {
    const bytes = memory.view(where, 8);
    return bytes ? String(Buffer.from(bytes).readBigUInt64LE()) : "outside memory";
  }
  // Foreign functions may be called without a place for their answer.
  if (where === 0) return "(not asked for)";
  const bytes = memory.view(memory.u32(where) ?? 0, memory.u32(Number(args[at + 1] ?? 0)) ?? 0);
  return bytes ? describeBytes(kind.slice(1), bytes) : "outside memory";
}

function describeBytes(kind: string, bytes: Uint8Array): string {
  if (kind === "path") return Buffer.from(bytes).toString("utf8").split("\0").join(".");
  if (kind === "pairs")
    return `{${readPairs(bytes)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", ")}}`;
  return quoted(bytes);
}

const MOST_SHOWN = 120;

/** Text in quotes, or hexadecimal where it is none; the rest of a long one is counted only. */
function quoted(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, MOST_SHOWN));
  const text = shown.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these make text unreadable
  const isText = !/[\ufffd\x00-\x08\x0e-\x1f\x7f]/.test(text);
  const more = bytes.length > MOST_SHOWN ? ` … ${bytes.length} bytes` : "";
  return `${isText ? JSON.stringify(text) : `<${shown.toString("hex")}>`}${more}`;
}
