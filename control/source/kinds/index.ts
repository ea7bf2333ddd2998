import type { z } from "zod";
import { applicationProtocol } from "./application-protocol.js";
import { destinationRule } from "./destination-rule.js";
import { metaRouter } from "./meta-router.js";
import { redisDestination } from "./redis-destination.js";
import { redisService } from "./redis-service.js";
import { secret } from "./secret.js";
import { serviceEntry } from "./service-entry.js";

export type { ApplicationProtocolSpec } from "./application-protocol.js";
export type { DestinationRuleSpec } from "./destination-rule.js";
export type { FaultSpec } from "./fault.js";
export type { AttributeMatchSpec, DestinationSpec, MetaRouterSpec, RouteSpec } from "./meta-router.js";
export type { RedisAuthSpec } from "./redis-auth.js";
export type { RedisDestinationSpec } from "./redis-destination.js";
export type { RedisFaultSpec, RedisRouteSpec, RedisServiceSpec } from "./redis-service.js";
export { type RetriesSpec, wordsOf } from "./retries.js";
export type { SecretSpec } from "./secret.js";
export type { EndpointSpec, ServiceEntrySpec } from "./service-entry.js";
export type { ClientTlsSpec, ServerTlsSpec } from "./tls.js";
export type {
  LoadBalancerSpec,
  OutlierDetectionSpec,
  PortPolicySpec,
  TrafficPolicySpec,
} from "./traffic-policy.js";

export interface Kind {
  /** Empty for Kubernetes' own kinds, whose apiVersion is a version alone. */
  readonly group: string;
  readonly versions: readonly string[];
  readonly spec: z.ZodObject;
  /** What is a `spec` elsewhere stands at the document's root. */
  readonly atRoot?: boolean;
}

const AERAKI = { group: "metaprotocol.aeraki.io", versions: ["v1alpha1"] } as const;
const REDIS = { group: "redis.aeraki.io", versions: ["v1alpha1"] } as const;
const ISTIO = { group: "networking.istio.io", versions: ["v1", "v1beta1", "v1alpha3"] } as const;

/** Every kind of document that is read. */
export const KINDS = {
  MetaRouter: { ...AERAKI, spec: metaRouter },
  ApplicationProtocol: { ...AERAKI, spec: applicationProtocol },
  ServiceEntry: { ...ISTIO, spec: serviceEntry },
  DestinationRule: { ...ISTIO, spec: destinationRule },
  RedisService: { ...REDIS, spec: redisService },
  RedisDestination: { ...REDIS, spec: redisDestination },
  Secret: { group: "", versions: ["v1"], spec: secret, atRoot: true },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
