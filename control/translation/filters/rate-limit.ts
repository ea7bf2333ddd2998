import type { GlobalLimit, Route, Service, TokenBucket } from "../../model/index.js";
import { calloutCluster, serviceName } from "../names.js";
import { matched } from "./attribute-match.js";
import type { RouteFilter } from "./route-filter.js";

/** Refuses what is too much, by buckets of its own and by what a rate limit service says. */
export const rateLimit: RouteFilter = {
  module: "rate-limit",
  sessions: true,
  settings(_route: Route, service: Service) {
    const { local, global } = service.limits ?? {};
    if (local === undefined && global === undefined) return undefined;
    return {
      // By the name the buckets are the service's, whichever route takes from them.
      ...(local && { local: { name: serviceName(service), buckets: local.map(bucket) } }),
      ...(global && { global: limit(global) }),
    };
  },
};

function bucket({ match, maxTokens, tokensPerFill, fillInterval }: TokenBucket) {
  return { ...matched(match), maxTokens, tokensPerFill, fillInterval };
}

function limit({ callout, match, domain, timeout, denyOnFail, descriptors }: GlobalLimit) {
  return {
    ...matched(match),
    cluster: calloutCluster(callout),
    authority: `${callout.host}:${callout.port}`,
    domain,
    ...(timeout !== undefined && { timeout }),
    ...(denyOnFail && { denyOnFail }),
    descriptors,
  };
}
