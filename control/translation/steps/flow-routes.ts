import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  HeaderMatcherSchema,
  type RouteMatch,
  type RouteSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Model, Route } from "../../model/index.js";
import { flowPlan, type Share } from "../flow-plan.js";
import { FLOW_HEADERS, flowCluster } from "../names.js";
import { sayRevision } from "./answer-headers.js";
import { flowAction } from "./route-action.js";
import { sessionMatch } from "./route-match.js";

type RouteInit = MessageInitShape<typeof RouteSchema>;

/** The rules once more for flows, which come as CONNECT: one route for each destination, since the codec has drawn. */
export function flowRoutes(rules: readonly Route[], model: Model): RouteInit[] {
  const plan = flowPlan(rules, model);
  return plan.routes.flatMap(({ route, shares }) =>
    shares.filter(isReachable).map((share) => ({
      name: route.name,
      match: matchOf(route, share),
      action: { case: "route" as const, value: flowAction(flowCluster(share.destination), route, model) },
      ...sayRevision(plan.revision),
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
