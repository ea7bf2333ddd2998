import type { Destination, HashKey, Model } from "../model/index.js";

/** Envoy hashes by route, Istio's rules by destination: a route hashes by whatever its destinations need. */
export function destinationHashKeys(destinations: readonly Destination[], { services }: Model): HashKey[] {
  const keys = destinations.flatMap(({ host, port, subset }) => {
    const service = services.find((candidate) => candidate.host === host && candidate.port === port);
    const policy = service?.subsets.find(({ name }) => name === subset)?.policy ?? service?.policy;
    return policy?.balance.kind === "hash" ? [policy.balance.by] : [];
  });
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}
