import type { z } from "zod";
import { applicationProtocol } from "./application-protocol.js";
import { destinationRule } from "./destination-rule.js";
import { metaRouter } from "./meta-router.js";
import { serviceEntry } from "./service-entry.js";

export type { ApplicationProtocolSpec } from "./application-protocol.js";
export type { DestinationRuleSpec } from "./destination-rule.js";
export type { FaultSpec } from "./fault.js";
export type { AttributeMatchSpec, DestinationSpec, MetaRouterSpec, RouteSpec } from "./meta-router.js";
export type { EndpointSpec, ServiceEntrySpec } from "./service-entry.js";
export type {
  LoadBalancerSpec,
  OutlierDetectionSpec,
  PortPolicySpec,
  TrafficPolicySpec,
} from "./traffic-policy.js";

interface Kind {
  readonly group: string;
  readonly versions: readonly string[];
  readonly spec: z.ZodObject;
}

const AERAKI = { group: "metaprotocol.aeraki.io", versions: ["v1alpha1"] } as const;
const ISTIO = { group: "networking.istio.io", versions: ["v1", "v1beta1", "v1alpha3"] } as const;

/** Every kind of document that is read. */
export const KINDS = {
  MetaRouter: { ...AERAKI, spec: metaRouter },
  ApplicationProtocol: { ...AERAKI, spec: applicationProtocol },
  ServiceEntry: { ...ISTIO, spec: serviceEntry },
  DestinationRule: { ...ISTIO, spec: destinationRule },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
