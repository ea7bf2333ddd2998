import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { HeaderMatcherSchema, type RouteSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Destination, Model, Route, Service } from "../../model/index.js";
import { routeFilterSettings } from "../filters/index.js";
import { pinnedCluster, SESSION_HEADERS, sessionCluster } from "../names.js";
import { followingAction, sessionAction } from "./route-action.js";
import { sessionMatch } from "./route-match.js";

/** The rules for sessions, after the way of those that follow another session wherever it went. */
export function sessionRoutes(
  rules: readonly Route[],
  service: Service,
  model: Model,
): MessageInitShape<typeof RouteSchema>[] {
  const follows = sessionMatch([]);
  follows.headers.push(
    create(HeaderMatcherSchema, {
      name: SESSION_HEADERS.cluster,
      headerMatchSpecifier: { case: "presentMatch", value: true },
    }),
  );
  return [
    // No client's attribute ever has such a header's name.
    { name: "follow", match: follows, action: { case: "route", value: followingAction() } },
    ...byRules(rules, service, model, sessionCluster),
  ];
}

/**
 * The rules once more, for requests that bind their client's connection to a backend: they come as CONNECT, and match and go
 * where their rule says. What they carry is never written anew, so attributes stay as they are.
 */
export function pinnedRoutes(
  rules: readonly Route[],
  service: Service,
  model: Model,
): MessageInitShape<typeof RouteSchema>[] {
  return byRules(rules, service, model, pinnedCluster);
}

function byRules(
  rules: readonly Route[],
  service: Service,
  model: Model,
  nameOf: (destination: Destination) => string,
) {
  return rules.map((route) => ({
    name: route.name,
    match: sessionMatch(route.match),
    action: { case: "route" as const, value: sessionAction(route, model, nameOf) },
    ...routeFilterSettings(route, service, "session"),
  }));
}
