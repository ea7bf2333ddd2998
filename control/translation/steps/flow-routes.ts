import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { HeaderValueOption_HeaderAppendAction as Append } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import {
  HeaderMatcherSchema,
  type RouteMatch,
  type RouteSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Model, Route } from "../../model/index.js";
import { type FlowPlan, flowPlan, type Share } from "../flow-plan.js";
import { FLOW_HEADERS, flowCluster } from "../names.js";
import { flowAction } from "./route-action.js";
import { sessionMatch } from "./route-match.js";
import { sayBackend } from "./session-routes.js";

type RouteInit = MessageInitShape<typeof RouteSchema>;

/** The rules once more for flows, which come as CONNECT: one route for each destination, since the codec has drawn. */
export function flowRoutes(rules: readonly Route[], model: Model): RouteInit[] {
  const plan = flowPlan(rules, model);
  return plan.routes.flatMap(({ route, shares }) =>
    shares.filter(isReachable).map((share) => ({
      name: route.name,
      match: matchOf(route, share),
      action: { case: "route" as const, value: flowAction(flowCluster(share.destination), route, model) },
      ...stamp(plan),
    })),
  );
}

/** So small a weight that rounding left nothing of it. */
function isReachable({ cells }: Share): boolean {
  return cells === undefined || cells.end > cells.first;
}

function matchOf({ match }: Route, { cells }: Share): RouteMatch {
  const result = sessionMatch(match);
  if (cells === undefined) return result;
  result.headers.push(
    create(HeaderMatcherSchema, {
      name: FLOW_HEADERS.draw,
      headerMatchSpecifier: { case: "rangeMatch", value: { start: BigInt(cells.first), end: BigInt(cells.end) } },
    }),
  );
  return result;
}

/** By this the codec sees which rules a stream went by, and to which backend. */
function stamp({ revision }: FlowPlan): Pick<RouteInit, "responseHeadersToAdd"> {
  return {
    responseHeadersToAdd: [
      {
        header: { key: FLOW_HEADERS.revision, value: revision },
        appendAction: Append.OVERWRITE_IF_EXISTS_OR_ADD,
      },
      ...sayBackend().responseHeadersToAdd,
    ],
  };
}
