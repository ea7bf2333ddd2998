import { clone, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type RetryPolicy,
  RetryPolicySchema,
  type RouteSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { PreviousHostsPredicateSchema } from "../../../xds/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js";
import type { Retries, Route } from "../../model/index.js";
import { duration, pack } from "../envoy.js";

type PolicyInit = MessageInitShape<typeof RetryPolicySchema>;

/**
 * What is safe for any request: the backend was not there, or egress says, or HTTP/2 does (RFC 9113 §8.7), that it was not
 * given the request.
 */
const SAFE = ["connect-failure", "refused-stream"];
const NEVER_SENT = "x-meltemi-never-sent";
/** The backend's own status, as egress tells it. */
const CODE = "x-meltemi-code";

/** What holds where no rule speaks of retries: Istio's number of them. */
const USUAL: Retries = { attempts: 2, conditions: [], statuses: [], codes: [], otherHostFirst: true };

/** A request is kept for another try up to so many bytes: without a rule few of the large ones, as many are under way. */
const [KEPT, KEPT_BY_RULE] = [65_536n, 1_048_576n];

/** When a route's requests are sent again. */
export function retryPolicy({ retries = USUAL }: Pick<Route, "retries">): PolicyInit | undefined {
  const { attempts, conditions, statuses, codes, perTryTimeout, backOff, otherHostFirst } = retries;
  if (attempts === 0) return undefined;
  const on = [...SAFE, ...conditions, "retriable-headers", ...(statuses.length > 0 ? ["retriable-status-codes"] : [])];
  return {
    retryOn: [...new Set(on)].join(","),
    numRetries: attempts,
    retriableStatusCodes: [...statuses],
    retriableHeaders: [
      { name: NEVER_SENT, headerMatchSpecifier: { case: "presentMatch", value: true } },
      ...codes.map((code) => ({
        name: CODE,
        headerMatchSpecifier: {
          case: "stringMatch" as const,
          value: { matchPattern: { case: "exact" as const, value: `${code}` } },
        },
      })),
    ],
    ...(perTryTimeout !== undefined && { perTryTimeout: duration(perTryTimeout) }),
    ...(backOff !== undefined && { retryBackOff: { baseInterval: duration(backOff) } }),
    ...(otherHostFirst && { retryHostPredicate: [previousHosts], hostSelectionRetryMaxAttempts: 5n }),
  };
}

/** The same for requests that may be sent again only where no backend had them. */
export function unsentOnly(policy: RetryPolicy): RetryPolicy {
  const only = clone(RetryPolicySchema, policy);
  only.retryOn = [...SAFE, "retriable-headers"].join(",");
  only.retriableStatusCodes = [];
  only.retriableHeaders = only.retriableHeaders.filter(({ name }) => name === NEVER_SENT);
  return only;
}

/** How much of a request is kept for another try. */
export function keptForRetry({
  retries,
}: Pick<Route, "retries">): Pick<MessageInitShape<typeof RouteSchema>, "requestBodyBufferLimit"> {
  if (retries?.attempts === 0) return {};
  return { requestBodyBufferLimit: retries === undefined ? KEPT : KEPT_BY_RULE };
}

const previousHosts = {
  name: "envoy.retry_host_predicates.previous_hosts",
  configType: { case: "typedConfig" as const, value: pack(PreviousHostsPredicateSchema, {}) },
};
