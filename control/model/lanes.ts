import type { Resource, ServiceEntrySpec } from "../source/index.js";
import { LANE } from "./annotations.js";
import type { Problems } from "./problems.js";
import type { Codec, Destination, LaneChoice, Policy, Route, UndecidedService } from "./types.js";

/**
 * How a service's requests go: by flows where its rules only match and split (`auto`, the default), one by one where they
 * ask for more. The annotation `meltemi.dev/lane` says `request` to have them go one by one whatever the rules, or `flow`
 * to have it be an error where they cannot go by flows. Where they can, but have to wait for each other then, nothing less
 * than `flow` lets them.
 * @param services all of them, since rules lead to others
 */
export function laneOf(
  service: UndecidedService,
  services: readonly UndecidedService[],
  entry: Resource<ServiceEntrySpec>,
  problems: Problems,
): LaneChoice {
  const never = protocolNeeds(service.codec);
  if (service.codec.lane === "session") return { taken: "session", open: false, why: never ?? "" };
  const wanted = entry.annotations[LANE] ?? "auto";
  const unasked = wanted === "flow" ? undefined : protocolWaits(service.codec);
  const open = never === undefined && unasked === undefined;
  const path = ["metadata", "annotations", LANE];
  if (wanted === "request") return { taken: "request", open, why: `the annotation ${LANE} says so` };
  if (wanted !== "flow" && wanted !== "auto") {
    problems.error(entry, path, `expected auto, flow or request, found ${JSON.stringify(wanted)}`);
    return { taken: "request", open, why: "the annotation cannot be read" };
  }
  const obstacle = never ?? unasked ?? rulesNeed(service, services);
  if (obstacle === undefined) {
    const why = wanted === "flow" ? `the annotation ${LANE} says so` : "the rules only match and split";
    return { taken: "flow", open, why };
  }
  if (wanted === "flow") problems.error(entry, path, `requests of ${service.host} cannot go by flows: ${obstacle}`);
  return { taken: "request", open, why: obstacle };
}

/** What keeps a protocol off the flow lane for good; undefined: nothing does. */
export function protocolNeeds({ name, lane, pins }: Omit<Codec, "mode">): string | undefined {
  if (lane === "session") return `the unit of ${name} is the connection`;
  return pins ? `requests of ${name} change the state of their connection` : undefined;
}

/**
 * Why a protocol's requests go by flows only where a service asks for it; undefined: there is no reason. What a client
 * sends ahead is then answered in turn, as without a proxy. One by one, each request has a backend connection.
 */
export function protocolWaits({
  name,
  mode,
  modeByRule,
}: Pick<Codec, "name" | "mode" | "modeByRule">): string | undefined {
  return mode === "plain" && modeByRule === undefined
    ? `servers of ${name} take one request at a time on a connection`
    : undefined;
}

/**
 * What a stream of many requests can carry. Whatever else a rule says is about each request by itself, also what nobody has
 * thought of here yet.
 */
const CARRIED = {
  service: [
    "host",
    "port",
    "codec",
    "bind",
    "tls",
    "backendTls",
    "tuning",
    "splits",
    "endpoints",
    "policy",
    "subsets",
    "routes",
    "side",
    "collector",
    "origin",
  ],
  tuning: [
    "maxConnectionDuration",
    "maxFrameBytes",
    "deadline",
    "unknown",
    "codec",
    "flow",
    "healthCheck",
    "firstStreamId",
  ],
  route: ["name", "match", "destinations"],
  policy: ["balance", "connectTimeout", "maxPendingRequests", "ejection", "distributions", "failover"],
  ejection: ["consecutiveLocalErrors", "splitLocalErrors", "interval", "baseTime", "maxPercent"],
} as const;

/** What the rules want of each request by itself. */
function rulesNeed(service: UndecidedService, services: readonly UndecidedService[]): string | undefined {
  const { routes, tuning, host, port } = service;
  const own = beyond(service, CARRIED.service) ?? beyond(tuning, CARRIED.tuning);
  if (own !== undefined) return `the service has ${own}`;
  if (service.codec.mode === "plain" && service.codec.modeByRule)
    return "a DestinationRule wants one request at a time on a connection";
  for (const route of routes ?? []) {
    const need = beyond(route, CARRIED.route);
    if (need !== undefined) return `the route ${route.name} has ${need}`;
  }
  const destinations = routes?.flatMap((route: Route) => route.destinations) ?? [{ host, port, subset: "" }];
  for (const destination of destinations) {
    const need = policyNeeds(policyOf(destination, services));
    if (need !== undefined) return `a DestinationRule of ${destination.host} sets ${need}`;
  }
  return undefined;
}

/** Envoy lets CONNECT streams above a limit of connections wait for ever, and sees no answers of theirs to eject by. */
function policyNeeds(policy: Policy | undefined): string | undefined {
  return beyond(policy ?? {}, CARRIED.policy) ?? beyond(policy?.ejection ?? {}, CARRIED.ejection);
}

function policyOf({ host, port, subset }: Destination, services: readonly UndecidedService[]): Policy | undefined {
  const service = services.find((candidate) => candidate.host === host && candidate.port === port);
  return service?.subsets.find(({ name }) => name === subset)?.policy ?? service?.policy;
}

/** The first field that says something and is not among the known ones. */
function beyond(settings: object, known: readonly string[]): string | undefined {
  const says = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== undefined);
  return Object.entries(settings).find(([field, value]) => says(value) && !known.includes(field))?.[0];
}
