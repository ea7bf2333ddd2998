import { LogLevel, proxy_get_log_level, proxy_log, RESULT, Status } from "../abi";

/** Writes a line to the proxy's log. Never put payloads or credentials in it. */
export function log(level: LogLevel, text: string): void {
  const bytes = String.UTF8.encode(text);
  proxy_log(level, changetype<usize>(bytes), bytes.byteLength);
}

/** The level below which lines go nowhere: ask before building a costly one. */
export function logLevel(): LogLevel {
  return proxy_get_log_level(RESULT) == Status.Ok ? <LogLevel>load<u32>(RESULT) : LogLevel.Info;
}
