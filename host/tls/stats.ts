import type { Scope } from "../stats/index.js";

const COUNTERS = [
  "connection_error",
  "fail_verify_error",
  "fail_verify_no_cert",
  "fail_verify_san",
  "handshake",
] as const;

export type TlsStats = Record<(typeof COUNTERS)[number], ReturnType<Scope["counter"]>>;

/** `<listener or cluster>.ssl.…`, all of them there from the first. */
export function tlsStats(scope: Scope): TlsStats {
  return Object.fromEntries(COUNTERS.map((name) => [name, scope.counter(`ssl.${name}`)])) as TlsStats;
}
