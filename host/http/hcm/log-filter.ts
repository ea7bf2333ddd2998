import {
  type AccessLogFilter,
  type ComparisonFilter,
  ComparisonFilter_Op as Op,
} from "../../../xds/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import { ConfigError, type SupportedFields } from "../../config/index.js";
import type { RuntimeSource } from "../../runtime/index.js";
import { compileHeaderMatcher, denominatorOf } from "../matching/index.js";
import type { FormatContext } from "../routes/index.js";

/** Says whether a request that is over is written. */
export type LogPredicate = (context: FormatContext) => boolean;

const ACCESS_LOG = "envoy.config.accesslog.v3";

/** The filters that this host implements; what matches headers, and fractions, routes have too. */
export const LOG_FILTER_FIELDS: SupportedFields = {
  [`${ACCESS_LOG}.AccessLogFilter`]: [
    "status_code_filter",
    "duration_filter",
    "runtime_filter",
    "and_filter",
    "or_filter",
    "header_filter",
    "response_flag_filter",
  ],
  [`${ACCESS_LOG}.StatusCodeFilter`]: "*",
  [`${ACCESS_LOG}.DurationFilter`]: "*",
  [`${ACCESS_LOG}.ComparisonFilter`]: "*",
  [`${ACCESS_LOG}.RuntimeFilter`]: "*",
  [`${ACCESS_LOG}.AndFilter`]: "*",
  [`${ACCESS_LOG}.OrFilter`]: "*",
  [`${ACCESS_LOG}.HeaderFilter`]: "*",
  [`${ACCESS_LOG}.ResponseFlagFilter`]: "*",
  "envoy.config.core.v3.RuntimeUInt32": "*",
};

/** Compiles a filter; without one every request is written. */
export function compileLogFilter(
  filter: AccessLogFilter | undefined,
  runtime: RuntimeSource,
  path: string,
): LogPredicate | undefined {
  return filter === undefined ? undefined : compile(filter, runtime, path);
}

function compile({ filterSpecifier }: AccessLogFilter, runtime: RuntimeSource, path: string): LogPredicate {
  switch (filterSpecifier.case) {
    case "runtimeFilter": {
      const { runtimeKey, percentSampled } = filterSpecifier.value;
      if (runtimeKey === "") throw new ConfigError(`${path}.runtime_filter.runtime_key`, "is required");
      // Requests are drawn by themselves, with `use_independent_randomness` or without: no id of theirs is looked at here.
      const of = denominatorOf(percentSampled);
      const fallback = percentSampled?.numerator ?? 0;
      return () => Math.floor(Math.random() * of) < runtime.integer(runtimeKey, fallback);
    }
    case "statusCodeFilter": {
      const compare = comparison(filterSpecifier.value.comparison, runtime, `${path}.status_code_filter.comparison`);
      return ({ responseCode = 0 }) => compare(responseCode);
    }
    case "durationFilter": {
      const compare = comparison(filterSpecifier.value.comparison, runtime, `${path}.duration_filter.comparison`);
      return ({ info }) => compare(info.duration ?? 0);
    }
    case "andFilter": {
      const inner = several(filterSpecifier.value.filters, runtime, `${path}.and_filter.filters`);
      return (context) => inner.every((predicate) => predicate(context));
    }
    case "orFilter": {
      const inner = several(filterSpecifier.value.filters, runtime, `${path}.or_filter.filters`);
      return (context) => inner.some((predicate) => predicate(context));
    }
    case "headerFilter": {
      const { header } = filterSpecifier.value;
      if (header === undefined) throw new ConfigError(`${path}.header_filter.header`, "is required");
      const matches = compileHeaderMatcher(header, `${path}.header_filter.header`);
      return ({ requestHeaders }) => matches(requestHeaders);
    }
    case "responseFlagFilter": {
      const flags = new Set<string>(filterSpecifier.value.flags);
      return ({ info }) => [...info.responseFlags].some((flag) => flags.size === 0 || flags.has(flag));
    }
    default:
      throw new ConfigError(path, "expected a filter of those that this host implements");
  }
}

/** As Envoy: one filter alone is no conjunction. */
function several(filters: readonly AccessLogFilter[], runtime: RuntimeSource, path: string): LogPredicate[] {
  if (filters.length < 2) throw new ConfigError(path, "expected at least two");
  return filters.map((filter, index) => compile(filter, runtime, `${path}[${index}]`));
}

function comparison(
  config: ComparisonFilter | undefined,
  runtime: RuntimeSource,
  path: string,
): (value: number) => boolean {
  if (config?.value === undefined) throw new ConfigError(`${path}.value`, "is required");
  const { runtimeKey, defaultValue } = config.value;
  if (runtimeKey === "") throw new ConfigError(`${path}.value.runtime_key`, "is required");
  const bound = () => runtime.integer(runtimeKey, defaultValue);
  switch (config.op) {
    case Op.EQ:
      return (value) => value === bound();
    case Op.GE:
      return (value) => value >= bound();
    case Op.LE:
      return (value) => value <= bound();
    default:
      throw new ConfigError(`${path}.op`, "expected EQ, GE or LE");
  }
}
