import type { Model } from "./types.js";

/** The hosts whose applications have proxies of their own. */
export function inboundHosts({ services }: Model): readonly string[] {
  return [...new Set(services.filter(({ inbound }) => inbound !== undefined).map(({ host }) => host))];
}

/**
 * What a proxy is to know that stands beside an application.
 * @param host the application's service; a proxy says it as its node's cluster, which is Envoy's name for just that
 */
export function modelBeside(host: string, model: Model): Model {
  const services = model.services.map((service) => (service.host === host ? (service.inbound ?? service) : service));
  return { ...model, services };
}
