import type { IstioOperatorSpec, Resource, Rules, TelemetrySpec } from "../source/index.js";
import type { Problems } from "./problems.js";
import { checkTargets, isFor, ROOT_NAMESPACE, type Target } from "./targets.js";

/** What a Telemetry is about; each part is taken from where it is said. */
export type TelemetryPart = "accessLogging" | "tracing";

/** Which of a service's proxies: `CLIENT` is its clients', `SERVER` the one beside its application. */
export type TelemetrySide = "CLIENT" | "SERVER";

export type MeshConfig = NonNullable<IstioOperatorSpec["meshConfig"]>;

/**
 * The Telemetries that say this of a service, the most general first: the mesh's, its namespace's, its own. What a later one
 * says stands in the place of what the earlier ones say.
 */
export function telemetriesOf(
  service: Target,
  part: TelemetryPart,
  rules: Rules,
  problems: Problems,
): readonly Resource<TelemetrySpec>[] {
  const found: Resource<TelemetrySpec>[] = [];
  for (const telemetry of rules.telemetries) {
    if (telemetry.spec[part] === undefined || !isFor(telemetry, telemetry.spec.targetRefs, service)) continue;
    const level = levelOf(telemetry);
    const first = found[level];
    if (first === undefined) found[level] = telemetry;
    else {
      const { file, line } = first.at(["metadata", "name"]);
      const what = `ServiceEntry ${service.entry.namespace}/${service.entry.name}`;
      problems.error(telemetry, ["spec", part], `${what} has it from ${first.name} already (${file}:${line})`);
    }
  }
  // Levels that say nothing are holes.
  return found.flat();
}

/** What entries of a Telemetry hold for a side's proxies. */
export function isForSide(
  { match }: { match?: { mode?: string | undefined } | undefined },
  side: TelemetrySide,
): boolean {
  return (match?.mode ?? "CLIENT_AND_SERVER").includes(side);
}

/** Says which Telemetries are for nobody. */
export function checkTelemetries(rules: Rules, services: readonly Target[], problems: Problems): void {
  for (const telemetry of rules.telemetries) checkTargets(telemetry, telemetry.spec.targetRefs, services, problems);
}

/** The mesh's settings, and the document they are from. */
export function meshConfigOf(
  rules: Rules,
  problems: Problems,
): { readonly mesh: MeshConfig; readonly operator?: Resource<IstioOperatorSpec> } {
  const [operator, ...others] = rules.istioOperators;
  for (const other of others) {
    const { file, line } = operator?.at(["metadata", "name"]) ?? other.at([]);
    problems.error(other, ["metadata", "name"], `the mesh is set up in ${file}:${line} already`);
  }
  return operator === undefined ? { mesh: {} } : { mesh: operator.spec.meshConfig ?? {}, operator };
}

/** 0: the whole mesh, 1: a namespace, 2: services by name. */
function levelOf({ namespace, spec }: Resource<TelemetrySpec>): number {
  if (spec.targetRefs !== undefined) return 2;
  return namespace === ROOT_NAMESPACE ? 0 : 1;
}
