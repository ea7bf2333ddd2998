import { create } from "@bufbuild/protobuf";
import { type Listener, ListenerSchema } from "../../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import type { Model } from "../../model/index.js";
import type { Modules } from "../../source/index.js";
import { ingressCodec, serviceName } from "../names.js";
import { codecFilter } from "./codec-filter.js";
import { connectionManager, directionOf, sessionManager } from "./connection-manager.js";
import { clientTransport } from "./tls.js";

/** What a server does not take yet waits in the client's connection, and has to fit HCM's window when it goes on. */
const SESSION_BUFFER = 262_144;

/** The listener of each service, the same whatever its rules say: routes come by RDS, the codec and filters by ECDS. */
export function serviceListeners(model: Model, modules: Modules): Listener[] {
  return model.services.map((service) =>
    create(ListenerSchema, {
      name: serviceName(service),
      trafficDirection: directionOf(service),
      address: {
        address: {
          case: "socketAddress",
          value: {
            address: service.bind.address,
            portSpecifier: { case: "portValue", value: service.bind.port },
          },
        },
      },
      ...(service.codec.lane === "session" && { perConnectionBufferLimitBytes: SESSION_BUFFER }),
      filterChains: [
        {
          ...clientTransport(service),
          filters: [
            codecFilter(ingressCodec(service)),
            service.codec.lane === "session"
              ? sessionManager(service, model, modules, service.tuning.maxConnectionDuration)
              : connectionManager(service, model, modules, service.tuning.maxConnectionDuration),
          ],
        },
      ],
    }),
  );
}
