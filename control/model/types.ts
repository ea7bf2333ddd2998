import type { Lane, Place } from "../source/index.js";
import type { AccessLog, Logging, SpanProtocol, Tap, Tracing } from "./telemetry-types.js";
import type { Tuning } from "./tuning.js";

export type { HealthCheck } from "./health-check.js";
export type { Tuning } from "./tuning.js";

/** All services and their rules, with every name settled: what translation turns into Envoy's terms. */
export interface Model {
  readonly services: readonly Service[];
  /** What filters ask while a request waits. */
  readonly callouts?: readonly Callout[];
  /** Where lines about requests may go: the same for all services, whatever their rules say. */
  readonly accessLogs?: readonly AccessLog[];
}

/** A server that filters ask. */
export interface Callout {
  readonly host: string;
  readonly port: number;
  /** In plain text where it is not there. */
  readonly tls?: ClientTls;
  readonly http2: boolean;
  /** `name`: those that its host's name stands for, looked up by the proxy. */
  readonly endpoints: readonly Endpoint[] | "name";
}

/** One port of a service. */
export interface Service {
  readonly host: string;
  readonly port: number;
  readonly codec: Codec;
  /** Where clients reach it. */
  readonly bind: { readonly address: string; readonly port: number };
  readonly tuning: Tuning;
  /** Requests that are about several keys are passed on key by key, as each may belong elsewhere. */
  readonly splits?: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly policy: Policy;
  /** How clients speak to it; in plain text where it is not there. */
  readonly tls?: ServerTls;
  /** How its backends are spoken to; in plain text where it is not there. */
  readonly backendTls?: ClientTls;
  readonly subsets: readonly Subset[];
  /** The rules in order; without any the service takes all its requests itself. */
  readonly routes?: readonly Route[];
  /** Who may ask what of it, whatever the route. */
  readonly access?: readonly AccessPolicy[];
  readonly lane: LaneChoice;
  /** How many requests it takes. */
  readonly limits?: Limits;
  /** Whose tokens are believed. */
  readonly issuers?: readonly JwtIssuer[];
  /** What is written of its requests. */
  readonly logging?: readonly Logging[];
  /** Where spans of its requests would go; it is there, whatever the rules say, where the mesh has a tracer. */
  readonly collector?: Collector;
  /** Which of its requests have spans; without it their traces pass as callers sent them. */
  readonly tracing?: Tracing;
  /** `inbound`: as the proxy beside the application serves it; else as clients' proxies do. */
  readonly side?: "inbound";
  /** The same service on the side of its application, where that has a proxy of its own. */
  readonly inbound?: Service;
  /** What its codecs report of each call, while somebody watches. */
  readonly tap?: Tap;
  readonly origin: Place;
}

/** A server that takes spans. */
export interface Collector {
  readonly server: Callout;
  readonly speaks: SpanProtocol;
}

/** A service as long as it is not settled how its requests go. */
export type UndecidedService = Omit<Service, "lane" | "inbound">;

/** Which lane a service's requests take. */
export interface LaneChoice {
  readonly taken: Lane | "flow";
  /**
   * Whether its requests can go by flows if rules let them. Its listener then lets it, so that no change of rules touches the listener; and
   * there are routes for flows, whichever lane is taken, so that the last that are opened before a change still lead somewhere.
   */
  readonly open: boolean;
  readonly why: string;
}

/** A certificate, with what leads from it to an authority, and its key. PEM. */
export interface Identity {
  readonly chain: string;
  readonly key: string;
}

/** TLS of a listener: who the proxy is, and which clients it takes. */
export interface ServerTls {
  readonly identity: Identity;
  /** Whose certificates are taken, in PEM; of `names` one must be the client's, where there are any. */
  readonly clients?: { readonly authorities: string; readonly required: boolean; readonly names: readonly string[] };
  /** What may be agreed on in the handshake; empty: nothing is. */
  readonly alpn: readonly string[];
}

/** TLS to backends: who the proxy is, and which servers it takes. */
export interface ClientTls {
  /** The name that is asked for in the handshake; empty: none. */
  readonly sni: string;
  readonly identity?: Identity;
  /** Whose certificates are taken: PEM, or those that the web trusts. One of `names` must be the backend's. Any, without it. */
  readonly servers?: { readonly authorities: string | "web"; readonly names: readonly string[] };
}

/** A service's protocol, and how its codec is used. */
export interface Codec {
  readonly name: string;
  /** `session`: the connection is the unit, and rules choose where all of it goes. */
  readonly lane: Lane;
  /** On the request lane: some requests bind the client's connection to one backend for a while, as a session would. */
  readonly pins: boolean;
  /** Whether one connection carries many requests at a time. */
  readonly mode: "multiplexed" | "plain";
  /** A DestinationRule has it other than the protocol does. */
  readonly modeByRule?: true;
  /** A backend's frame that declares more is refused. */
  readonly maxFrameBytes?: number;
}

/** One backend of a service. */
export interface Endpoint {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly weight?: number;
  /** `region/zone/subzone`, or its beginning. */
  readonly locality?: string;
}

/** The endpoints of a service that have certain labels. */
export interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly policy: Policy;
}

/** How endpoints are chosen and used. Times are milliseconds. */
export interface Policy {
  readonly balance: Balance;
  /** Which localities get which part of a proxy's requests: the first holds whose `from` is where the proxy is. */
  readonly distributions?: readonly Distribution[];
  /** Nearer endpoints come first; without it all are alike. */
  readonly failover?: Failover;
  readonly connectTimeout?: number;
  readonly maxConnections?: number;
  readonly maxPendingRequests?: number;
  readonly maxRequests?: number;
  /** Requests at a time on one connection to a backend that carries many; more of them open another connection. */
  readonly maxConcurrentStreams?: number;
  /** How many requests may be in further tries at a time. */
  readonly maxRetries?: number;
  /** The same as a share of all requests, of which `least` may be in any case. */
  readonly retryBudget?: { readonly percent?: number; readonly least?: number };
  readonly ejection?: Ejection;
}

/** What holds for proxies in a locality, written as a {@link Share} has it. */
export interface Distribution {
  readonly from: string;
  readonly shares: readonly Share[];
}

/** Which endpoints take requests as long as enough of them are there, before others do. */
export interface Failover {
  /** Where a region's requests go before they go to other regions. */
  readonly regions: readonly { readonly from: string; readonly to: string }[];
  /** In their order: an endpoint is the nearer the more of them it has as the proxy does, or as `value` says. */
  readonly labels: readonly { readonly name: string; readonly value?: string }[];
  /** A rule asks for it; else it is how endpoints in localities are used that are left out when they fail. */
  readonly asked: boolean;
}

/**
 * A locality with all that is below it, or with a star at its end all those that begin so, and its part in proportion to the
 * others'.
 */
export interface Share {
  readonly locality: string;
  readonly weight: number;
}

/** How requests are spread over endpoints. */
export type Balance =
  | { readonly kind: "roundRobin" | "leastRequest" | "random" }
  | { readonly kind: "hash"; readonly by: HashKey; readonly minimumRingSize?: number };

/** What requests have in common that go to the same endpoint. */
export type HashKey = { readonly attribute: string } | "sourceAddress";

/** When an endpoint that fails is left out for a while. */
export interface Ejection {
  readonly consecutiveErrors?: number;
  readonly consecutiveGatewayErrors?: number;
  readonly consecutiveLocalErrors?: number;
  readonly splitLocalErrors: boolean;
  readonly interval?: number;
  readonly baseTime?: number;
  readonly maxPercent?: number;
}

/** One rule of a service: which requests it is for, where they go, and what becomes of them. */
export interface Route {
  readonly name: string;
  /** All of them must hold. */
  readonly match: readonly AttributeMatch[];
  /** At least one; their weights add up to more than zero. */
  readonly destinations: readonly (Destination & { readonly weight: number })[];
  readonly mirrors: readonly (Destination & { readonly percentage: number })[];
  /** How long a request may wait for its answer, in milliseconds; without it the protocol's own deadline alone holds. */
  readonly timeout?: number;
  /** Without it only what certainly reached no backend is sent again. */
  readonly retries?: Retries;
  readonly requestMutation: readonly Mutation[];
  readonly responseMutation: readonly Mutation[];
  /** What attributes of requests lose, after `requestMutation`. */
  readonly cuts?: readonly Cut[];
  readonly fault?: Fault;
  /** Beside the service's own. */
  readonly access?: readonly AccessPolicy[];
  readonly jwt?: RouteJwt;
}

/** How many requests may pass. */
export interface Limits {
  /** A request takes from the first whose match holds. */
  readonly local?: readonly TokenBucket[];
  readonly global?: GlobalLimit;
}

/** It begins full. Times are milliseconds. */
export interface TokenBucket {
  readonly match: readonly AttributeMatch[];
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  readonly fillInterval: number;
}

/** What a rate limit service is asked, and of which requests. */
export interface GlobalLimit {
  readonly callout: Callout;
  readonly match: readonly AttributeMatch[];
  readonly domain: string;
  /** In milliseconds. */
  readonly timeout?: number;
  readonly denyOnFail: boolean;
  readonly descriptors: readonly { readonly key: string; readonly attribute: string }[];
}

/** What a route's requests want of a token. */
export interface RouteJwt {
  /** There has to be one. */
  readonly required: boolean;
  /** Each must have one of its values. */
  readonly claims: readonly { readonly claim: string; readonly values: readonly string[] }[];
}

/** An issuer of tokens: whose keys, where they stand, and what becomes of them. */
export interface JwtIssuer {
  readonly issuer: string;
  /** Any of these; none: whoever they are for. */
  readonly audiences: readonly string[];
  readonly keys: InlineKeys | RemoteKeys;
  /** None: the attribute `authorization`, behind `Bearer `. */
  readonly from: readonly { readonly attribute: string; readonly prefix: string }[];
  readonly claimHeaders: readonly { readonly attribute: string; readonly claim: string }[];
  readonly payloadHeader?: string;
  /** The backend gets the token too. */
  readonly forward: boolean;
  /** In seconds. */
  readonly clockSkew?: number;
}

/** A JSON Web Key Set. */
export interface InlineKeys {
  readonly inline: string;
}

/** Times are milliseconds. */
export interface RemoteKeys {
  readonly callout: Callout;
  readonly uri: string;
  readonly refresh?: number;
  readonly timeout?: number;
}

/**
 * A request is refused where a policy that denies matches it, and where there are policies that allow and none matches it.
 * A policy matches where one of its rules does; without rules, never.
 */
export interface AccessPolicy {
  readonly name: string;
  readonly denies: boolean;
  /** It only counts. */
  readonly shadow: boolean;
  readonly rules: readonly AccessRule[];
}

/** One of `from`, one of `to`, and all of `when`. Values are `exact`, `prefix*`, `*suffix` or `*`. */
export interface AccessRule {
  readonly from: readonly Tests<"principals" | "notPrincipals" | "namespaces" | "notNamespaces">[];
  readonly to: readonly Tests<AccessTarget | `not${Capitalize<AccessTarget>}`>[];
  readonly when: readonly ({ readonly attribute: string } & Tests<"values" | "notValues">)[];
}

type AccessTarget = "services" | "operations" | "hosts" | "methods" | "paths";
type Tests<Name extends string> = { readonly [K in Name]?: readonly string[] | undefined };

/** Which requests are sent again. Times are milliseconds. */
export interface Retries {
  /** Beyond the first. */
  readonly attempts: number;
  /** Envoy's words for what went wrong. */
  readonly conditions: readonly string[];
  /** HTTP's, which a codec makes of its protocol's. */
  readonly statuses: readonly number[];
  /** The protocol's own. */
  readonly codes: readonly number[];
  readonly perTryTimeout?: number;
  readonly backOff?: number;
  readonly otherHostFirst: boolean;
}

/** What is to go wrong on purpose. */
export interface Fault {
  /** Runs with the same seed come out the same. */
  readonly seed?: number;
  /** Each is drawn apart. */
  readonly strikes: readonly Strike[];
}

/** A delay, an answer in the backend's place, or the one and then the other. */
export interface Strike {
  readonly percentage: number;
  /** Only requests with one of these values. */
  readonly match?: { readonly name: string; readonly values: readonly string[] };
  readonly milliseconds?: number;
  readonly reply?: FaultReply;
}

/** One of `status` (HTTP's), `code` (the protocol's own) and `exception` (the application's, by its class). */
export interface FaultReply {
  readonly status?: number;
  readonly code?: number;
  readonly exception?: string;
  readonly message?: string;
}

/** A condition on one attribute of a request. */
export interface AttributeMatch {
  readonly name: string;
  readonly invert: boolean;
  readonly test:
    | { readonly kind: "exact" | "regex"; readonly value: string }
    | { readonly kind: "prefix"; readonly value: string; readonly ignoreCase?: boolean }
    | { readonly kind: "present"; readonly value: boolean }
    | { readonly kind: "range"; readonly start: number; readonly end: number };
}

/** A service of the model, or a subset of one. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly subset: string;
}

/** What becomes of an attribute. All of `match` must hold, of the request or response that is changed. */
export type Mutation = { readonly name: string; readonly match: readonly AttributeMatch[] } & (
  | { readonly kind: "set" | "add"; readonly value: string }
  | { readonly kind: "set" | "add"; readonly template: string }
  | { readonly kind: "remove" }
  | { readonly kind: "rename" | "copy"; readonly to: string }
);

/** An attribute's value loses this prefix, where it has it. */
export interface Cut {
  readonly name: string;
  readonly prefix: string;
  readonly ignoreCase: boolean;
}
