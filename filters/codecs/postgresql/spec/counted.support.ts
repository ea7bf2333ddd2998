import type { SessionProbe } from "../../../../assembly/testing/session-probe.support.js";
import type { Turn } from "../../../../testing/codec/index.js";

/** What a session adds to `istio_requests_total`: `<database>/<operation> <code> <outcome>`, and how often. */
export function countedOf(probe: SessionProbe, turns: readonly Turn[]): Record<string, number> {
  const before = new Map(probe.counters);
  probe.converse(turns);
  const added = [...probe.counters].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(
    added
      .filter(([name, value]) => name.startsWith("istio_requests_total;") && value > 0)
      .map(([name, value]) => [SAID.map((label) => labelOf(name, label)).join(" "), value]),
  );
}

const SAID = ["request_operation", "response_code", "response_outcome"];

function labelOf(name: string, label: string): string | undefined {
  return new RegExp(`;${label}=([^;]*)`).exec(name)?.[1];
}
