import { type Logger, pino } from "pino";

export const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export const FORMATS = ["text", "json"] as const;

/** How a command logs. */
export interface LogOptions {
  readonly logLevel: (typeof LEVELS)[number];
  readonly logFormat?: (typeof FORMATS)[number];
}

/** A logger to standard error. */
export function newLogger({ logLevel, logFormat }: LogOptions): Logger {
  const text = (logFormat ?? (process.stderr.isTTY ? "text" : "json")) === "text";
  const write = (line: string): void => void process.stderr.write(text ? toText(line) : line);
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** `12:30:01.123 info  proxy connected node=host-1` */
export function toText(line: string): string {
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const label = pino.levels.labels[Number(level)] ?? String(level);
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${show(value)}`);
  return `${String(time).slice(11, 23)} ${label.padEnd(5)} ${msg}${rest.join("")}\n`;
}

function show(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
