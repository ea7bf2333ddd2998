import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { RouteSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "../../../xds/gen/envoy/config/route/v3/route_pb.js";
import type { Model, Route, Service } from "../../model/index.js";
import { routeFilterSettings } from "../filters/index.js";
import { serviceName } from "../names.js";
import { sayOfAnswers, sayWhere } from "./answer-headers.js";
import { flowRoutes } from "./flow-routes.js";
import { keptMatch, keptRoutes } from "./kept-routes.js";
import { withOneWay } from "./one-way-routes.js";
import { keptForRetry } from "./retry-policy.js";
import { routeAction } from "./route-action.js";
import { routeMatch } from "./route-match.js";
import { pinnedRoutes, sessionRoutes } from "./session-routes.js";
import { routeTracing } from "./tracing.js";

/** The rules of each service in their order. What matches none of them has no route; without rules all is taken. */
export function routeConfigurations(model: Model): RouteConfiguration[] {
  return model.services.map((service) =>
    create(RouteConfigurationSchema, {
      name: serviceName(service),
      virtualHosts: [
        service.codec.lane === "session"
          ? {
              name: service.host,
              domains: ["*"],
              routes: sessionRoutes(rulesOf(service), service, model),
              ...sayWhere({ version: hasVersions(service, model) }),
            }
          : {
              name: service.host,
              domains: ["*"],
              routes: routes(service, model),
              ...sayOfAnswers({ backend: service.tap !== undefined, version: hasVersions(service, model) }),
            },
      ],
    }),
  );
}

/** Does one of the backends that a service's requests may go to have a version? */
function hasVersions(service: Service, { services }: Model): boolean {
  return rulesOf(service)
    .flatMap(({ destinations }) => destinations)
    .some(({ host, port }) => {
      const target = services.find((other) => other.host === host && other.port === port) ?? service;
      return target.endpoints.some(({ labels }) => labels["version"] !== undefined);
    });
}

/** The rules as they are, or one that takes everything. */
export function rulesOf(service: Service): readonly Route[] {
  const everything = { name: "default", match: [], destinations: [{ ...service, subset: "", weight: 100 }] };
  return service.routes ?? [{ ...everything, mirrors: [], requestMutation: [], responseMutation: [] }];
}

function routes(service: Service, model: Model): MessageInitShape<typeof RouteSchema>[] {
  const rules = rulesOf(service);
  const kept = keptRoutes(rules, service.issuers);
  const requests = rules.map((route, index) => ({
    name: route.name,
    match: routeMatch(route.match),
    action: { case: "route" as const, value: routeAction(route, model) },
    ...keptForRetry(route),
    ...routeTracing(service),
    ...routeFilterSettings(route, service, "request", kept[index]),
  }));
  const again = requests.flatMap((route, index) => {
    const says = kept[index];
    return says === undefined ? [] : [{ ...route, match: keptMatch(says) }];
  });
  const ways = withOneWay([...again, ...requests], service);
  // Codecs hear last that requests go by flows no more, and open some until then.
  if (service.lane.open) return [...ways, ...untraced(flowRoutes(rules, model), service)];
  return service.codec.pins ? [...ways, ...untraced(pinnedRoutes(rules, service, model), service)] : ways;
}

/** Streams of many requests have no spans. */
function untraced(ways: readonly MessageInitShape<typeof RouteSchema>[], { tracing: _, ...service }: Service) {
  return ways.map((way) => ({ ...way, ...routeTracing(service) }));
}
