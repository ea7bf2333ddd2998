import type { RouteConfiguration } from "../../../xds/gen/envoy/config/route/v3/route_pb.js";
import { RouteConfigurationSchema } from "../../../xds/gen/envoy/config/route/v3/route_pb.js";
import { checkSupported, type SupportedFields } from "../../config/index.js";
import { ROUTE_TRACING_FIELDS } from "./route-tracing.js";

const MUTATIONS = [
  "request_headers_to_add",
  "request_headers_to_remove",
  "response_headers_to_add",
  "response_headers_to_remove",
  "typed_per_filter_config",
];

const ROUTE = "envoy.config.route.v3";
const MATCHER = "envoy.type.matcher.v3";

/** The fields of a RouteConfiguration that this host implements. */
export const ROUTE_FIELDS: SupportedFields = {
  [`${ROUTE}.RouteConfiguration`]: [
    "name",
    "virtual_hosts",
    "most_specific_header_mutations_wins",
    "validate_clusters",
    "request_mirror_policies",
    "ignore_port_in_host_matching",
    "metadata",
    ...MUTATIONS,
  ],
  [`${ROUTE}.VirtualHost`]: [
    "name",
    "domains",
    "routes",
    "include_request_attempt_count",
    "include_attempt_count_in_response",
    "retry_policy",
    "per_request_buffer_limit_bytes",
    "request_mirror_policies",
    "metadata",
    ...MUTATIONS,
  ],
  [`${ROUTE}.Route`]: [
    "name",
    "match",
    "route",
    "redirect",
    "direct_response",
    "metadata",
    "tracing",
    "per_request_buffer_limit_bytes",
    "request_body_buffer_limit",
    ...MUTATIONS,
  ],
  ...ROUTE_TRACING_FIELDS,
  [`${ROUTE}.RouteMatch`]: [
    "prefix",
    "path",
    "safe_regex",
    "connect_matcher",
    "path_separated_prefix",
    "case_sensitive",
    "runtime_fraction",
    "headers",
    "query_parameters",
    "grpc",
  ],
  [`${ROUTE}.RouteMatch.ConnectMatcher`]: "*",
  [`${ROUTE}.RouteMatch.GrpcRouteMatchOptions`]: "*",
  [`${ROUTE}.HeaderMatcher`]: "*",
  [`${ROUTE}.QueryParameterMatcher`]: "*",
  [`${ROUTE}.RouteAction`]: [
    "cluster",
    "cluster_header",
    "weighted_clusters",
    "cluster_not_found_response_code",
    "prefix_rewrite",
    "regex_rewrite",
    "host_rewrite_literal",
    "auto_host_rewrite",
    "host_rewrite_header",
    "host_rewrite_path_regex",
    "timeout",
    "idle_timeout",
    "retry_policy",
    "request_mirror_policies",
    "hash_policy",
    "max_stream_duration",
    "upgrade_configs",
    // Istio sets it on every route; it has no meaning without gRPC timeouts, which are off by default.
    "max_grpc_timeout",
  ],
  [`${ROUTE}.RouteAction.MaxStreamDuration`]: ["max_stream_duration"],
  [`${ROUTE}.RouteAction.RequestMirrorPolicy`]: [
    "cluster",
    "cluster_header",
    "runtime_fraction",
    "trace_sampled",
    "disable_shadow_host_suffix_append",
  ],
  [`${ROUTE}.RouteAction.HashPolicy`]: ["header", "connection_properties", "query_parameter", "terminal"],
  [`${ROUTE}.RouteAction.HashPolicy.Header`]: "*",
  [`${ROUTE}.RouteAction.HashPolicy.ConnectionProperties`]: "*",
  [`${ROUTE}.RouteAction.HashPolicy.QueryParameter`]: "*",
  [`${ROUTE}.RouteAction.UpgradeConfig`]: ["upgrade_type", "enabled", "connect_config"],
  [`${ROUTE}.RouteAction.UpgradeConfig.ConnectConfig`]: [],
  [`${ROUTE}.WeightedCluster`]: ["clusters", "total_weight", "runtime_key_prefix"],
  [`${ROUTE}.WeightedCluster.ClusterWeight`]: ["name", "weight", ...MUTATIONS],
  [`${ROUTE}.RetryPolicy`]: [
    "retry_on",
    "num_retries",
    "per_try_timeout",
    "retriable_status_codes",
    "retry_back_off",
    "retry_host_predicate",
    "host_selection_retry_max_attempts",
    "retriable_headers",
    "retriable_request_headers",
  ],
  [`${ROUTE}.RetryPolicy.RetryBackOff`]: "*",
  [`${ROUTE}.RetryPolicy.RetryHostPredicate`]: "*",
  [`${ROUTE}.RedirectAction`]: "*",
  [`${ROUTE}.DirectResponseAction`]: ["status", "body"],
  "envoy.config.core.v3.DataSource": "*",
  "envoy.config.core.v3.HeaderValueOption": "*",
  "envoy.config.core.v3.HeaderValue": "*",
  "envoy.config.core.v3.Metadata": ["filter_metadata"],
  "envoy.config.core.v3.RuntimeFractionalPercent": "*",
  "envoy.type.v3.FractionalPercent": "*",
  "envoy.type.v3.Int64Range": "*",
  [`${MATCHER}.StringMatcher`]: ["exact", "prefix", "suffix", "safe_regex", "contains", "ignore_case"],
  // `google_re2` is the one engine there is; its program size limit is not applied.
  [`${MATCHER}.RegexMatcher`]: "*",
  [`${MATCHER}.RegexMatcher.GoogleRE2`]: "*",
  [`${MATCHER}.RegexMatchAndSubstitute`]: "*",
};

/** Refuses what is not implemented, with its path. */
export function checkRouteFields(config: RouteConfiguration, path: string): void {
  checkSupported(RouteConfigurationSchema, config, ROUTE_FIELDS, path);
}
