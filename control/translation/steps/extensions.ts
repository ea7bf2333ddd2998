import type { TypedExtensionConfig } from "../../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { CONTROL_CLUSTER } from "../../bootstrap/index.js";
import type { Model, Service } from "../../model/index.js";
import type { Module, Modules } from "../../source/index.js";
import { routeFilterExtensions } from "../filters/index.js";
import { flowPlan } from "../flow-plan.js";
import { destinationHashKeys } from "../hash-keys.js";
import { egressCodec, egressUse, ingressCodec, oneWayLoop, serviceName } from "../names.js";
import type { Serials } from "../serials.js";
import { rulesOf } from "./routes.js";
import { wasmExtension } from "./wasm.js";

/**
 * The codecs in both roles and the filters of the routes. One egress codec serves all services of its protocol that have no
 * settings for it.
 */
export function extensions(model: Model, modules: Modules, serials: Serials): TypedExtensionConfig[] {
  const { services } = model;
  return [
    ...egressUses(services.filter(({ codec }) => codec.lane === "request")).flatMap(([use, service]) =>
      egress(use, service, modules, serials),
    ),
    ...services.flatMap((service) => ingress(service, model, modules, serials)),
    ...routeFilterExtensions(modules),
  ];
}

/** Each way out, once, with a service that takes it. */
export function egressUses(services: readonly Service[]): [use: string, service: Service][] {
  return [...new Map(services.map((service) => [egressUse(service), service]))];
}

function egress(use: string, service: Service, { codecs }: Modules, serials: Serials): TypedExtensionConfig[] {
  const { name, mode, modeByRule, maxFrameBytes } = service.codec;
  const { codec: settings } = service.tuning;
  const module = codecs.get(name);
  if (module === undefined) return [];
  // What has one scope shares its settings.
  const scope = settings !== undefined ? serviceName(service) : modeByRule ? `* ${mode}` : "*";
  // JSON leaves out what is undefined: the codec's own default holds.
  const configuration = { role: "egress", scope, mode, maxFrameBytes, codec: settings };
  return [codecExtension(egressCodec(use), `${name}.egress`, module, configuration, serials)];
}

/** A codec in one of its roles. Whatever its configuration is, open connections are to hear of each change. */
function codecExtension(
  name: string,
  vm: string,
  module: Module,
  settings: Record<string, unknown>,
  serials: Serials,
): TypedExtensionConfig {
  const configuration = { ...settings, serial: serials(name, settings) };
  return wasmExtension({ name, chain: "network", module, vm, configuration });
}

/** Whether backends hold different keys, so that a request for several of them has to be split; undefined where not. */
function isSharded(service: Service, model: Model): true | undefined {
  const destinations = service.routes?.flatMap((route) => route.destinations) ?? [{ ...service, subset: "" }];
  return service.splits || destinationHashKeys(destinations, model).some((key) => key !== "sourceAddress") || undefined;
}

/** Where the codec sends requests, besides one by one to the routes. */
function waysOf(service: Service, model: Model) {
  const ways = { oneWayCluster: oneWayLoop(service), sharded: isSharded(service, model) };
  if (service.lane.taken !== "flow") return ways;
  const { revision, attributes, apart, draw, streams } = flowPlan(rulesOf(service), model);
  return { ...ways, flow: { ...service.tuning.flow, revision, attributes, apart, draw, streams } };
}

/** Beside the application, calls are counted as Istio counts them there. */
function reporterOf({ side }: Service) {
  return side === "inbound" ? { reporter: "destination" } : {};
}

/** Reports go where the configuration comes from: every bootstrap has that cluster. */
function tapOf({ tap }: Service) {
  return tap === undefined ? {} : { tap: { cluster: CONTROL_CLUSTER, ...tap } };
}

/** Who traces: the codec passes callers' decisions on where the proxy does, and their headers where it must not. */
function traceOf({ collector, tracing }: Service) {
  return collector === undefined ? {} : { trace: tracing === undefined ? "pass" : "on" };
}

function ingress(service: Service, model: Model, { codecs }: Modules, serials: Serials): TypedExtensionConfig[] {
  const { name } = service.codec;
  const module = codecs.get(name);
  if (module === undefined) return [];
  const { maxConnectionDuration: _, flow: __, healthCheck: ___, ...tuning } = service.tuning;
  const scope = serviceName(service);
  const { codec: settings } = tuning;
  const configuration =
    service.codec.lane === "session"
      ? { role: "session", scope, ...reporterOf(service), codec: settings, ...tapOf(service) }
      : {
          role: "ingress",
          scope,
          ...reporterOf(service),
          ...traceOf(service),
          ...waysOf(service, model),
          ...tuning,
          ...tapOf(service),
        };
  return [codecExtension(ingressCodec(service), `${name}.ingress`, module, configuration, serials)];
}
