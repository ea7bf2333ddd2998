import type { MessageInitShape } from "@bufbuild/protobuf";
import type { HealthCheckSchema } from "../../../xds/gen/envoy/config/core/v3/health_check_pb.js";
import type { Service } from "../../model/index.js";
import { duration } from "../envoy.js";

export type HealthCheckInit = MessageInitShape<typeof HealthCheckSchema>;

/** What the service's endpoints are asked, where anything: each time on a connection of its own, as a flow would make it. */
export function healthChecks({ tuning: { healthCheck } }: Service): HealthCheckInit[] {
  if (healthCheck === undefined) return [];
  const { send, receive, intervalMs, timeoutMs, unhealthy, healthy } = healthCheck;
  const interval = duration(intervalMs);
  const text = (value: string) => ({ payload: { case: "text" as const, value } });
  return [
    {
      interval,
      // Envoy's own would be a minute for a cluster that nothing was sent to.
      noTrafficInterval: interval,
      timeout: duration(timeoutMs),
      unhealthyThreshold: unhealthy,
      healthyThreshold: healthy,
      reuseConnection: false,
      healthChecker: {
        case: "tcpHealthCheck",
        value: { ...(send !== "" && { send: text(send) }), receive: receive === "" ? [] : [text(receive)] },
      },
    },
  ];
}
