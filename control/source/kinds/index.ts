import type { z } from "zod";
import { applicationProtocol } from "./application-protocol.js";
import { authorizationPolicy } from "./authorization-policy.js";
import { destinationRule } from "./destination-rule.js";
import { dubboAuthorizationPolicy } from "./dubbo-authorization-policy.js";
import { istioOperator } from "./istio-operator.js";
import { metaRouter } from "./meta-router.js";
import { redisDestination } from "./redis-destination.js";
import { redisService } from "./redis-service.js";
import { requestAuthentication } from "./request-authentication.js";
import { secret } from "./secret.js";
import { serviceEntry } from "./service-entry.js";
import { telemetry } from "./telemetry.js";

export type { AccessRuleSpec, RouteAccessSpec } from "./access.js";
export type { ApplicationProtocolSpec } from "./application-protocol.js";
export type { AttributeMatchSpec, AttributesMatchSpec } from "./attribute-match.js";
export type { AuthorizationPolicySpec } from "./authorization-policy.js";
export type { DestinationRuleSpec } from "./destination-rule.js";
export type { DubboAuthorizationPolicySpec } from "./dubbo-authorization-policy.js";
export type { FaultSpec } from "./fault.js";
export type { TargetRefs } from "./fields.js";
export type { IstioOperatorSpec, LogFormatSpec, ProviderSpec } from "./istio-operator.js";
export type { DestinationSpec, MetaRouterSpec, RouteSpec } from "./meta-router.js";
export type { MutationSpec } from "./mutation.js";
export type { GlobalRateLimitSpec, LocalRateLimitSpec, TokenBucketSpec } from "./rate-limit.js";
export type { RedisAuthSpec } from "./redis-auth.js";
export type { RedisDestinationSpec } from "./redis-destination.js";
export type { RedisFaultSpec, RedisRouteSpec, RedisServiceSpec } from "./redis-service.js";
export type { JwtRuleSpec, RequestAuthenticationSpec, RouteJwtSpec } from "./request-authentication.js";
export { type RetriesSpec, wordsOf } from "./retries.js";
export type { SecretSpec } from "./secret.js";
export type { EndpointSpec, ServiceEntrySpec } from "./service-entry.js";
export type { AccessLoggingSpec, CustomTagSpec, TelemetrySpec, TracingSpec } from "./telemetry.js";
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

const DUBBO = { group: "dubbo.aeraki.io", versions: ["v1alpha1"] } as const;
const SECURITY = { group: "security.istio.io", versions: ["v1", "v1beta1"] } as const;

/** Every kind of document that is read. */
export const KINDS = {
  MetaRouter: { ...AERAKI, spec: metaRouter },
  ApplicationProtocol: { ...AERAKI, spec: applicationProtocol },
  ServiceEntry: { ...ISTIO, spec: serviceEntry },
  DestinationRule: { ...ISTIO, spec: destinationRule },
  RedisService: { ...REDIS, spec: redisService },
  RedisDestination: { ...REDIS, spec: redisDestination },
  AuthorizationPolicy: { ...SECURITY, spec: authorizationPolicy },
  DubboAuthorizationPolicy: { ...DUBBO, spec: dubboAuthorizationPolicy },
  RequestAuthentication: { ...SECURITY, spec: requestAuthentication },
  Telemetry: { group: "telemetry.istio.io", versions: ["v1", "v1alpha1"], spec: telemetry },
  IstioOperator: { group: "install.istio.io", versions: ["v1alpha1"], spec: istioOperator },
  Secret: { group: "", versions: ["v1"], spec: secret, atRoot: true },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
