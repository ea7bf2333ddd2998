import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { FilterConfigSchema, type RouteSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Attribute, Route } from "../../model/index.js";
import { pack } from "../envoy.js";
import { HEADER_MUTATION } from "../names.js";

type RouteInit = MessageInitShape<typeof RouteSchema>;

/** Turns the mutating filter on for a route that changes attributes, and tells it by metadata what to change. */
export function mutation(
  route: Pick<Route, "requestMutation" | "responseMutation">,
): Pick<RouteInit, "metadata" | "typedPerFilterConfig"> {
  if (route.requestMutation.length === 0 && route.responseMutation.length === 0) return {};
  const config = JSON.stringify({ request: route.requestMutation.map(set), response: route.responseMutation.map(set) });
  return {
    metadata: { filterMetadata: { [HEADER_MUTATION.metadata]: { config } } },
    typedPerFilterConfig: { [HEADER_MUTATION.filter]: pack(FilterConfigSchema, { config: create(AnySchema) }) },
  };
}

function set({ name, value }: Attribute) {
  return { set: name, value };
}
