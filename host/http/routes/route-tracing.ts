import type { Tracing } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { CustomTag } from "../../../xds/gen/envoy/type/tracing/v3/custom_tag_pb.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower } from "../headers/index.js";
import { compilePercent, type FractionPredicate } from "../matching/index.js";
import { compileFormat, type FormatContext } from "./format.js";

/** Which of a route's requests have spans, and what these say beside the usual; undefined: all that the manager has. */
export interface RouteTracing {
  readonly random: FractionPredicate;
  readonly overall: FractionPredicate;
  readonly tags: readonly SpanTag[];
}

/** An empty value leaves the tag out. */
export interface SpanTag {
  readonly name: string;
  value(context: FormatContext): string;
}

/** The fields that this host implements; nothing asks for the sampling of clients, which goes by a header of Envoy's. */
export const ROUTE_TRACING_FIELDS = {
  "envoy.config.route.v3.Tracing": ["client_sampling", "random_sampling", "overall_sampling", "custom_tags"],
  "envoy.type.tracing.v3.CustomTag": ["tag", "literal", "environment", "request_header", "value"],
  "envoy.type.tracing.v3.CustomTag.Literal": "*",
  "envoy.type.tracing.v3.CustomTag.Environment": "*",
  "envoy.type.tracing.v3.CustomTag.Header": "*",
} as const;

const ALL = () => true;

/** Compiles `tracing` of a route. */
export function compileRouteTracing(config: Tracing | undefined, path: string): RouteTracing | undefined {
  if (config === undefined) return undefined;
  return {
    random: config.randomSampling ? compilePercent(config.randomSampling) : ALL,
    overall: config.overallSampling ? compilePercent(config.overallSampling) : ALL,
    tags: config.customTags.map((tag, index) => compileTag(tag, `${path}.custom_tags[${index}]`)),
  };
}

function compileTag({ tag: name, type }: CustomTag, path: string): SpanTag {
  switch (type.case) {
    case "literal": {
      const { value } = type.value;
      return { name, value: () => value };
    }
    case "environment": {
      const value = process.env[type.value.name] ?? type.value.defaultValue;
      return { name, value: () => value };
    }
    case "requestHeader": {
      const header = asciiLower(type.value.name);
      const { defaultValue } = type.value;
      return { name, value: ({ requestHeaders }) => requestHeaders.get(header) ?? defaultValue };
    }
    case "value":
      return { name, value: compileFormat(type.value, `${path}.value`) };
    default:
      throw new ConfigError(path, "expected one of literal, environment, request_header, value");
  }
}
