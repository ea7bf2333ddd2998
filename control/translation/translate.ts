import { type Model, NOWHERE } from "../model/index.js";
import type { Lane, Modules } from "../source/index.js";
import type { Resources } from "./resources.js";
import { noSerials, type Serials } from "./serials.js";
import { calloutClusters } from "./steps/callout-clusters.js";
import { egressListeners } from "./steps/egress-listeners.js";
import { endpoints } from "./steps/endpoints.js";
import { extensions } from "./steps/extensions.js";
import { oneWayClusters, oneWayListeners } from "./steps/one-way.js";
import { outboundClusters } from "./steps/outbound-clusters.js";
import { requestClusters } from "./steps/request-clusters.js";
import { routeConfigurations } from "./steps/routes.js";
import { runtimes } from "./steps/runtime.js";
import { serviceListeners } from "./steps/service-listeners.js";
import { flowClusters, pinnedClusters, sessionClusters } from "./steps/session-clusters.js";
import { secrets } from "./steps/tls.js";

/** Services of one lane only, for steps that the other has no use for. */
function only({ services, ...more }: Model, lane: Lane): Model {
  return { ...more, services: services.filter(({ codec }) => codec.lane === lane) };
}

type Step = (model: Model, modules: Modules, serials: Serials) => Partial<Resources>;

/** In the order in which a request meets what they make; steps know nothing of each other but names. */
const STEPS: readonly Step[] = [
  // The codecs and filters, which both kinds of listener refer to.
  (model, modules, serials) => ({ extensions: extensions(model, modules, serials) }),
  // What both sides of it show and trust, where TLS is spoken.
  (model) => ({ secrets: secrets(model) }),
  // Where clients connect: frames become HTTP requests.
  (model, modules) => ({ listeners: serviceListeners(model, modules) }),
  // What becomes of a request: the only resource that a change of rules touches.
  (model) => ({ routes: routeConfigurations(model) }),
  // Where one-way requests come in again once their client need not be there any more.
  (model, modules) => {
    const requests = only(model, "request");
    return { clusters: oneWayClusters(requests), listeners: oneWayListeners(requests, modules) };
  },
  // Where a route sends it: clusters of ways through the egress codec.
  (model) => ({ clusters: requestClusters(only(model, "request")) }),
  // HTTP requests become frames again.
  (model) => ({ listeners: egressListeners(only(model, "request")) }),
  // The backends that the frames go to.
  (model) => ({ clusters: outboundClusters(only(model, "request")) }),
  // The same, for sessions: their routes lead to them without a detour.
  (model) => ({ clusters: sessionClusters(only(model, "session")) }),
  // The same, for requests that bind their client's connection to a backend.
  (model) => ({ clusters: pinnedClusters(only(model, "request")) }),
  // The same, for flows.
  (model) => ({ clusters: flowClusters(model) }),
  // What filters ask while a request waits.
  (model) => ({ clusters: calloutClusters(model) }),
  // What is switched under all of that without touching it.
  (model) => ({ runtimes: runtimes(model) }),
  // The endpoints of all kinds of cluster, for proxies that are nowhere: for others, see outlook.ts.
  (model) => ({ endpoints: endpoints(model, NOWHERE) }),
];

/**
 * The model in Envoy's terms. The same model always gives the same resources, in the same order, but for `serials`.
 */
export function translate(model: Model, modules: Modules, serials: Serials = noSerials): Resources {
  const parts = STEPS.map((step) => step(model, modules, serials));
  return {
    listeners: parts.flatMap((part) => part.listeners ?? []),
    routes: parts.flatMap((part) => part.routes ?? []),
    clusters: parts.flatMap((part) => part.clusters ?? []),
    endpoints: parts.flatMap((part) => part.endpoints ?? []),
    extensions: parts.flatMap((part) => part.extensions ?? []),
    secrets: parts.flatMap((part) => part.secrets ?? []),
    runtimes: parts.flatMap((part) => part.runtimes ?? []),
  };
}
