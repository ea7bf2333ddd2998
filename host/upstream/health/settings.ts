import type { HealthCheck, HealthCheck_Payload } from "../../../xds/gen/envoy/config/core/v3/health_check_pb.js";
import { ConfigError, durationMs, type SupportedFields } from "../../config/index.js";

/** Fields of health checks that the host honours. */
export const HEALTH_FIELDS: SupportedFields = {
  "envoy.config.core.v3.HealthCheck": [
    "timeout",
    "interval",
    "unhealthy_threshold",
    "healthy_threshold",
    "no_traffic_interval",
    "reuse_connection",
    "tcp_health_check",
  ],
  "envoy.config.core.v3.HealthCheck.TcpHealthCheck": ["send", "receive"],
  "envoy.config.core.v3.HealthCheck.Payload": ["text"],
};

export interface HealthSettings {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly send: Buffer;
  /** What has to come, in this order, whatever comes between. */
  readonly receive: readonly Buffer[];
}

/** Reads a cluster's checks: none, or one. @throws ConfigError for what is not implemented. */
export function readHealthChecks(checks: readonly HealthCheck[]): HealthSettings | undefined {
  const [check, second] = checks;
  if (check === undefined) return undefined;
  if (second !== undefined) throw new ConfigError("health_checks[1]", "this host does one check");
  const path = "health_checks[0]";
  if (check.healthChecker.case !== "tcpHealthCheck") throw new ConfigError(path, "expected tcp_health_check");
  if (check.reuseConnection !== false) {
    throw new ConfigError(`${path}.reuse_connection`, "expected false: each check of this host has its own connection");
  }
  const { send, receive } = check.healthChecker.value;
  return {
    timeoutMs: positive(check.timeout, `${path}.timeout`),
    intervalMs: positive(check.interval, `${path}.interval`),
    unhealthyThreshold: check.unhealthyThreshold ?? 1,
    healthyThreshold: check.healthyThreshold ?? 1,
    send: bytesOf(send, `${path}.tcp_health_check.send`),
    receive: receive.map((payload, index) => bytesOf(payload, `${path}.tcp_health_check.receive[${index}]`)),
  };
}

function positive(duration: Parameters<typeof durationMs>[0], path: string): number {
  const milliseconds = durationMs(duration, 0);
  if (!(milliseconds > 0)) throw new ConfigError(path, "expected a duration above zero");
  return milliseconds;
}

function bytesOf(payload: HealthCheck_Payload | undefined, path: string): Buffer {
  if (payload === undefined) return Buffer.alloc(0);
  const text = payload.payload.case === "text" ? payload.payload.value : "";
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) throw new ConfigError(`${path}.text`, "expected bytes in hexadecimal");
  return Buffer.from(text, "hex");
}
