import { proxy_log } from "./imports";
import { LogLevel } from "./types";

/**
 * What AssemblyScript calls on an assertion, a failed cast or an index out of range. The reason is logged, and the trap
 * is a real one: `proc_exit` returns on Envoy, so only `unreachable` ends the call.
 */
@global
export function meltemiAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  const text =
    "abort: " +
    (message == null ? "no reason given" : message) +
    " (" +
    (file == null ? "?" : file) +
    ":" +
    line.toString() +
    ":" +
    column.toString() +
    ")";
  const bytes = String.UTF8.encode(text);
  proxy_log(LogLevel.Critical, changetype<usize>(bytes), bytes.byteLength);
  unreachable();
}
