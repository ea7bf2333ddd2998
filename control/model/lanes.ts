import type { Resource, ServiceEntrySpec } from "../source/index.js";
import { LANE } from "./annotations.js";
import type { Problems } from "./problems.js";
import { FILTER_OF_FIELD, type FilterField } from "./route-filters.js";
import type { LaneChoice, Route, UndecidedService } from "./types.js";

/**
 * How a service's requests go, by what its rules ask for. The annotation `meltemi.dev/lane` says `request`, `flow`, or
 * `auto`: by flows where the rules only match and split. What cannot go by flows and is told to is an error.
 */
export function laneOf(service: UndecidedService, entry: Resource<ServiceEntrySpec>, problems: Problems): LaneChoice {
  if (service.codec.lane === "session") {
    return { taken: "session", open: false, why: "the protocol's unit is the connection" };
  }
  const wanted = entry.annotations[LANE];
  if (wanted === undefined) return { taken: "request", open: false, why: `no annotation ${LANE} asks for another` };
  const path = ["metadata", "annotations", LANE];
  if (wanted === "request") return { taken: "request", open: false, why: `the annotation ${LANE} says so` };
  if (wanted !== "flow" && wanted !== "auto") {
    problems.error(entry, path, `expected auto, flow or request, found ${JSON.stringify(wanted)}`);
    return { taken: "request", open: false, why: "the annotation cannot be read" };
  }
  const never = protocolNeeds(service);
  const obstacle = never ?? rulesNeed(service);
  if (obstacle === undefined) {
    const why = wanted === "flow" ? `the annotation ${LANE} says so` : "the rules only match and split";
    return { taken: "flow", open: true, why };
  }
  if (wanted === "flow") problems.error(entry, path, `requests of ${service.host} cannot go by flows: ${obstacle}`);
  return { taken: "request", open: never === undefined, why: obstacle };
}

/** What keeps a protocol off the flow lane for good. */
function protocolNeeds({ codec }: UndecidedService): string | undefined {
  if (codec.pins) return `requests of ${codec.name} change the state of their connection`;
  // What nobody waits for any more could only be told from later answers by its place, so it would hold them up.
  return codec.mode === "plain" ? `servers of ${codec.name} take one request at a time on a connection` : undefined;
}

/** What the rules want of each request by itself. */
function rulesNeed({ routes = [], policy, subsets }: UndecidedService): string | undefined {
  for (const route of routes) {
    const need = routeNeeds(route);
    if (need !== undefined) return `the route ${route.name} ${need}`;
  }
  const limited = [policy, ...subsets.map((subset) => subset.policy)].some(
    ({ maxConnections }) => maxConnections !== undefined,
  );
  // Envoy lets CONNECT streams above this limit wait for ever.
  return limited ? "a DestinationRule limits connections" : undefined;
}

function routeNeeds(route: Route): string | undefined {
  if (route.mirrors.length > 0) return "mirrors";
  if (route.timeout !== undefined) return "has a timeout";
  const field = (Object.keys(FILTER_OF_FIELD) as FilterField[]).find((name) => {
    const wanted = route[name];
    return Array.isArray(wanted) ? wanted.length > 0 : wanted !== undefined;
  });
  return field && `has ${field}`;
}
