import type { Endpoint, Policy, Share, Standpoint } from "../../model/index.js";

/** Weights are whole numbers; so fine are shares told apart. */
const SCALE = 10_000;

/**
 * The endpoints that take part, with their weights. Where localities have shares of what a proxy sends, a locality's share is
 * split among its endpoints as their own weights have it, and what is in no locality with a share gets nothing.
 *
 * The weights say it all, rather than Envoy's locality weights: so every policy heeds them, and an endpoint that is out leaves
 * its part to all the others.
 */
export function weighted(
  endpoints: readonly Endpoint[],
  { distributions = [] }: Pick<Policy, "distributions">,
  proxy: Standpoint,
): readonly Endpoint[] {
  const shares = distributions.find(({ from }) => covers(from, proxy.locality))?.shares;
  if (shares === undefined) return endpoints;
  const groups = new Map<Share, Endpoint[]>();
  for (const endpoint of endpoints) {
    const share = shareOf(endpoint, shares);
    if (share === undefined || share.weight === 0) continue;
    groups.set(share, [...(groups.get(share) ?? []), endpoint]);
  }
  return [...groups].flatMap(([share, group]) => {
    const sum = group.reduce((all, { weight = 1 }) => all + weight, 0);
    return group.map((endpoint) => {
      const weight = Math.round((share.weight * SCALE * (endpoint.weight ?? 1)) / sum);
      return { ...endpoint, weight: Math.max(1, weight) };
    });
  });
}

/** Of several that fit, the one that says most. */
function shareOf({ locality = "" }: Endpoint, shares: readonly Share[]): Share | undefined {
  const fitting = shares.filter((share) => covers(share.locality, locality));
  return fitting.sort((a, b) => b.locality.length - a.locality.length)[0];
}

/** `region/zone` and `region/zone/*` cover the zone and all below; `*` covers everything. */
function covers(pattern: string, locality: string): boolean {
  if (pattern.endsWith("*") && locality.startsWith(pattern.slice(0, -1))) return true;
  return `${locality}/`.startsWith(`${pattern.replace(/\/\*$/, "")}/`);
}
