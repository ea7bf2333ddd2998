import type { RetryPolicy as RetryPolicyProto } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";
import { compileHeaderMatcher } from "../matching/index.js";
import { milliseconds } from "./duration.js";
import type { RetryPolicy } from "./types.js";

const CONDITIONS: ReadonlySet<string> = new Set([
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "refused-stream",
  "retriable-4xx",
  "retriable-status-codes",
  "retriable-headers",
  "envoy-ratelimited",
]);

/** Compiles a retry policy. */
export function compileRetryPolicy(policy: RetryPolicyProto | undefined, path: string): RetryPolicy | undefined {
  if (!policy) return undefined;
  const base = milliseconds(policy.retryBackOff?.baseInterval) ?? 25;
  return {
    on: conditions(policy.retryOn, path),
    numRetries: policy.numRetries ?? 1,
    perTryTimeout: milliseconds(policy.perTryTimeout) ?? 0,
    statusCodes: policy.retriableStatusCodes,
    headers: policy.retriableHeaders.map((each, i) => compileHeaderMatcher(each, `${path}.retriable_headers[${i}]`)),
    requestHeaders: policy.retriableRequestHeaders.map((each, i) =>
      compileHeaderMatcher(each, `${path}.retriable_request_headers[${i}]`),
    ),
    baseInterval: base,
    maxInterval: milliseconds(policy.retryBackOff?.maxInterval) ?? base * 10,
    avoidPreviousHosts: avoidsPreviousHosts(policy, path),
  };
}

/** Reads `retry_on`: names separated by commas. Unknown ones are an error here; Envoy ignores them silently. */
function conditions(text: string, path: string): Set<string> {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  for (const name of names) {
    if (!CONDITIONS.has(name)) {
      throw new ConfigError(`${path}.retry_on`, `'${name}' is not implemented; known: ${[...CONDITIONS].join(", ")}`);
    }
  }
  return new Set(names);
}

function avoidsPreviousHosts(policy: RetryPolicyProto, path: string): boolean {
  for (const [index, predicate] of policy.retryHostPredicate.entries()) {
    if (predicate.name !== "envoy.retry_host_predicates.previous_hosts") {
      throw new ConfigError(`${path}.retry_host_predicate[${index}]`, `'${predicate.name}' is not implemented`);
    }
  }
  return policy.retryHostPredicate.length > 0;
}
