import type { TypedExtensionConfig } from "../../../xds/gen/envoy/config/core/v3/extension_pb.js";
import type { Codec, Model, Service } from "../../model/index.js";
import type { Modules } from "../../source/index.js";
import { routeFilterExtensions } from "../filters/index.js";
import { egressCodec, ingressCodec, oneWayLoop, serviceName } from "../names.js";
import { wasmExtension } from "./wasm.js";

/** The codecs in both roles and the filters of the routes. One egress codec serves all services of its protocol. */
export function extensions({ services }: Model, modules: Modules): TypedExtensionConfig[] {
  return [
    ...codecsOf(services.filter(({ codec }) => codec.lane === "request")).flatMap((codec) => egress(codec, modules)),
    ...services.flatMap((service) => ingress(service, modules)),
    ...routeFilterExtensions(modules),
  ];
}

/** Each codec that a service uses, once. */
export function codecsOf(services: readonly Service[]): Codec[] {
  return [...new Map(services.map(({ codec }) => [codec.name, codec])).values()];
}

function egress({ name, mode, maxFrameBytes }: Codec, { codecs }: Modules): TypedExtensionConfig[] {
  const module = codecs.get(name);
  if (module === undefined) return [];
  // JSON leaves out what is undefined: the codec's own default holds.
  const configuration = { role: "egress", scope: "*", mode, maxFrameBytes };
  return [wasmExtension({ name: egressCodec(name), chain: "network", module, vm: `${name}.egress`, configuration })];
}

/** Whether backends hold different keys, so that a request for several of them has to be split; undefined where not. */
function isSharded({ policy, subsets }: Service): true | undefined {
  const all = [policy, ...subsets.map((subset) => subset.policy)];
  return all.some(({ balance }) => balance.kind === "hash" && balance.by !== "sourceAddress") || undefined;
}

function ingress(service: Service, { codecs }: Modules): TypedExtensionConfig[] {
  const { name } = service.codec;
  const module = codecs.get(name);
  if (module === undefined) return [];
  const { maxConnectionDuration: _, ...tuning } = service.tuning;
  const scope = serviceName(service);
  const { codec: settings } = tuning;
  const configuration =
    service.codec.lane === "session"
      ? { role: "session", scope, codec: settings }
      : { role: "ingress", scope, oneWayCluster: oneWayLoop(service), sharded: isSharded(service), ...tuning };
  return [
    wasmExtension({ name: ingressCodec(service), chain: "network", module, vm: `${name}.ingress`, configuration }),
  ];
}
