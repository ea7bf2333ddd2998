import type { Endpoint, Failover, Policy, Standpoint } from "../../model/index.js";

/** How far apart two localities are: by subzone, zone or region, and by region where a rule prefers another one. */
const FARTHEST = 4;

/**
 * Endpoints by how near they are to a proxy, the nearest first; no level is empty but where there is no endpoint at all. As Istio
 * ranks them: by their labels, and by their locality where no labels are named or regions are; labels come first.
 */
export function levelsOf(
  endpoints: readonly Endpoint[],
  { failover }: Pick<Policy, "failover">,
  proxy: Standpoint,
): readonly (readonly Endpoint[])[] {
  if (failover === undefined) return [endpoints];
  const levels = new Map<number, Endpoint[]>();
  for (const endpoint of endpoints) {
    const rank = rankOf(endpoint, failover, proxy);
    levels.set(rank, [...(levels.get(rank) ?? []), endpoint]);
  }
  return [...levels].sort(([a], [b]) => a - b).map(([, level]) => level);
}

function rankOf(endpoint: Endpoint, { labels, regions }: Failover, proxy: Standpoint): number {
  const byLabels = labels.length === 0 ? 0 : differenceOf(endpoint, labels, proxy);
  const byLocality = labels.length === 0 || regions.length > 0 ? distanceOf(endpoint, regions, proxy) : 0;
  return byLabels * (FARTHEST + 1) + byLocality;
}

/** From the first label on that is another one, so many of them do not count for the endpoint. */
function differenceOf(endpoint: Endpoint, labels: Failover["labels"], proxy: Standpoint): number {
  const [its, own] = [labelsOf(endpoint), labelsOf(proxy)];
  const unknown = proxy.locality === "" && labels.every(({ name }) => (proxy.labels[name] ?? "") === "");
  const first = labels.findIndex(({ name, value = unknown ? its[name] : own[name] }) => {
    return (value ?? "") !== (its[name] ?? "");
  });
  return first < 0 ? 0 : labels.length - first;
}

/** Nobody is near to a proxy of which nobody knows where it is, and nobody far. */
function distanceOf({ locality = "" }: Endpoint, regions: Failover["regions"], proxy: Standpoint): number {
  if (proxy.locality === "") return 0;
  const [its, own] = [parts(locality), parts(proxy.locality)];
  if (its.region === own.region) {
    if (its.zone !== own.zone) return 2;
    return its.subzone === own.subzone ? 0 : 1;
  }
  const preferred = regions.find(({ from }) => from === own.region)?.to;
  return preferred === undefined || preferred === its.region ? FARTHEST - 1 : FARTHEST;
}

function parts(locality: string): { region: string; zone: string; subzone: string } {
  const [region = "", zone = "", subzone = ""] = locality.split("/");
  return { region, zone, subzone };
}

/** A locality's parts are labels too, by the names that Kubernetes and Istio have for them. */
function labelsOf({ locality = "", labels }: { locality?: string; labels: Endpoint["labels"] }): Endpoint["labels"] {
  const { region, zone, subzone } = parts(locality);
  return {
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": zone,
    "topology.istio.io/subzone": subzone,
    ...labels,
  };
}
