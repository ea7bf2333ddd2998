import type { Model } from "../model/index.js";
import type { Modules } from "../source/index.js";
import type { Resources } from "./resources.js";
import { egressListeners } from "./steps/egress-listeners.js";
import { endpoints } from "./steps/endpoints.js";
import { extensions } from "./steps/extensions.js";
import { oneWayClusters, oneWayListeners } from "./steps/one-way.js";
import { outboundClusters } from "./steps/outbound-clusters.js";
import { requestClusters } from "./steps/request-clusters.js";
import { routeConfigurations } from "./steps/routes.js";
import { serviceListeners } from "./steps/service-listeners.js";

type Step = (model: Model, modules: Modules) => Partial<Resources>;

/** In the order in which a request meets what they make; steps know nothing of each other but names. */
const STEPS: readonly Step[] = [
  // The codecs and filters, which both kinds of listener refer to.
  (model, modules) => ({ extensions: extensions(model, modules) }),
  // Where clients connect: frames become HTTP requests.
  (model, modules) => ({ listeners: serviceListeners(model, modules) }),
  // What becomes of a request: the only resource that a change of rules touches.
  (model) => ({ routes: routeConfigurations(model) }),
  // Where one-way requests come in again once their client need not be there any more.
  (model, modules) => ({ clusters: oneWayClusters(model), listeners: oneWayListeners(model, modules) }),
  // Where a route sends it: clusters of ways through the egress codec.
  (model) => ({ clusters: requestClusters(model) }),
  // HTTP requests become frames again.
  (model) => ({ listeners: egressListeners(model) }),
  // The backends that the frames go to.
  (model) => ({ clusters: outboundClusters(model) }),
  // The endpoints of both kinds of cluster.
  (model) => ({ endpoints: endpoints(model) }),
];

/** The model in Envoy's terms. The same model always gives the same resources, in the same order. */
export function translate(model: Model, modules: Modules): Resources {
  const parts = STEPS.map((step) => step(model, modules));
  return {
    listeners: parts.flatMap((part) => part.listeners ?? []),
    routes: parts.flatMap((part) => part.routes ?? []),
    clusters: parts.flatMap((part) => part.clusters ?? []),
    endpoints: parts.flatMap((part) => part.endpoints ?? []),
    extensions: parts.flatMap((part) => part.extensions ?? []),
  };
}
