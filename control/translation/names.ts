import { isIP } from "node:net";
import type { Callout, Destination, Endpoint, Service } from "../model/index.js";

/** Names of resources; they are interface: routes of Istio and users' dashboards know them. */

/** The listener, the routes and the scope of a service's port. */
export function serviceName({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}

/** What the runtime says of one of a service's logs: how many of a million requests it has, and within which bounds. */
export type LogKey = "sampled" | "code_least" | "code_most" | "milliseconds_least" | "milliseconds_most";

export function logKey(service: { host: string; port: number }, log: string, key: LogKey): string {
  return `meltemi.access_log.${serviceName(service)}.${log}.${key}`;
}

/** Where requests go, as HTTP: the endpoints stand for ways through the egress codec. */
export function requestCluster({ host, port, subset }: Destination): string {
  return `meltemi|${port}|${subset}|${host}`;
}

/**
 * Under which name its endpoints come. It differs by mode: their addresses lead to one egress listener or the other, and a cluster of the one
 * mode must not have those of the other while it changes.
 */
export function requestEndpoints(service: Pick<Service, "host" | "port" | "codec">, subset: string): string {
  const name = requestCluster({ ...service, subset });
  return service.codec.mode === "multiplexed" ? name : `${name}|${service.codec.mode}`;
}

/** The backends themselves, in Istio's form. */
export function outboundCluster({ host, port }: { host: string; port: number }): string {
  return `outbound|${port}||${host}`;
}

/** Where sessions go: the backends themselves, chosen among by the rules' own policy. In Istio's form too. */
export function sessionCluster({ host, port, subset }: Destination): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** Where requests go that bind their client's connection to a backend: as for sessions, with no egress codec between. */
export function pinnedCluster({ host, port, subset }: Destination): string {
  return `meltemi.pinned|${port}|${subset}|${host}`;
}

/** Where flows go: as for sessions, with no egress codec between. */
export function flowCluster({ host, port, subset }: Destination): string {
  return `meltemi.flow|${port}|${subset}|${host}`;
}

/** On the CONNECT of a flow: which cell its requests were drawn into. On its 200: the rules that it went by. */
export const FLOW_HEADERS = { draw: "x-meltemi-draw", revision: "x-meltemi-revision" } as const;

/** By these a session goes where another one is, and the answer to each says where that is. */
export const SESSION_HEADERS = { cluster: "x-meltemi-cluster", backend: "x-meltemi-backend" } as const;

/** The listener, and the cluster to it, that take one-way requests to a service's routes without their client. */
export function oneWayLoop(service: { host: string; port: number }): string {
  return `meltemi_oneway|${serviceName(service)}`;
}

/**
 * What comes by SDS for a service: what it shows its clients (`server`) and its backends (`client`), and whose certificates it
 * takes of either.
 */
export function tlsSecret(
  what: "server" | "clients" | "client" | "backends",
  service: { host: string; port: number },
): string {
  return `meltemi.tls.${what}|${serviceName(service)}`;
}

/** The authorities that the web trusts, for backends of which no rule says who vouches for them. */
export const WEB_AUTHORITIES = "meltemi.tls.web";

/** A server that filters ask. */
export function calloutCluster({ host, port, tls, http2 }: Callout): string {
  return `meltemi_callout|${tls === undefined ? "http" : "https"}${http2 ? "2" : ""}|${host}:${port}`;
}

/**
 * Which egress a service's requests go through: its codec's, another where a rule wants connections other than the protocol
 * does, or one of its own where the codec has settings for it.
 */
export function egressUse(service: Service): string {
  const { name, mode, modeByRule } = service.codec;
  const codec = modeByRule ? `${name}.${mode}` : name;
  return service.tuning.codec ? `${codec}|${serviceName(service)}` : codec;
}

export function egressListener(use: string): string {
  return `meltemi_egress_${use}`;
}

export function egressCodec(use: string): string {
  const [codec = "", scope] = use.split("|");
  return `meltemi.codec.${codec}.egress${scope === undefined ? "" : `|${scope}`}`;
}

export function ingressCodec(service: Service): string {
  return `meltemi.codec.${service.codec.name}.ingress|${serviceName(service)}`;
}

/** An HTTP filter, by its module, in the chain of a service's requests. */
export function httpFilter(module: string): string {
  return `meltemi.filter.${module}`;
}

/** The key of what a route tells an HTTP filter, in the route's metadata. */
export function filterMetadata(module: string): string {
  return `meltemi.${module}`;
}

/** Where Envoy looks for what an endpoint is hashed by, in place of its address. */
export const HASH_METADATA = "envoy.lb";

/** By this the codec hears of which version a backend is that answered. */
export const VERSION_HEADER = "x-meltemi-version";

/** What `set_filter_state` and `override_host` read from an endpoint. */
export const ENDPOINT_METADATA = "meltemi";

export function endpointAddress({ address, port }: Endpoint): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
