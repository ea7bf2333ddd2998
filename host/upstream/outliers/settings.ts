import type { OutlierDetection } from "../../../xds/gen/envoy/config/cluster/v3/outlier_detection_pb.js";
import { ConfigError, durationMs, type SupportedFields } from "../../config/index.js";

/** What counts as an outlier's failures in a row. */
export const KINDS = ["consecutive_5xx", "consecutive_gateway_failure", "consecutive_local_origin_failure"] as const;
export type Kind = (typeof KINDS)[number];

/** How a request or a connection ended: by the status of its response, or without any. */
export type Outcome = number | "connect-failure" | "timeout" | "reset";

export const OUTLIER_FIELDS: SupportedFields = {
  "envoy.config.cluster.v3.OutlierDetection": [
    ...KINDS,
    ...KINDS.map((kind) => `enforcing_${kind}`),
    "interval",
    "base_ejection_time",
    "max_ejection_time",
    "max_ejection_percent",
    "always_eject_one_host",
    "split_external_local_origin_errors",
    "enforcing_success_rate",
    "enforcing_local_origin_success_rate",
  ],
};

/** A kind's limit, and the percentage of times that it is acted upon. */
export interface Rule {
  readonly limit: number;
  readonly enforcing: number;
}

/** Outlier detection with Envoy's defaults. */
export interface OutlierSettings {
  readonly rules: Readonly<Record<Kind, Rule>>;
  readonly intervalMs: number;
  readonly baseMs: number;
  readonly maxMs: number;
  readonly maxPercent: number;
  readonly alwaysOne: boolean;
  readonly splitLocal: boolean;
}

/** @throws ConfigError for what the host does not implement. */
export function readOutlierDetection(config: OutlierDetection | undefined): OutlierSettings | undefined {
  if (config === undefined) return undefined;
  if (config.enforcingSuccessRate !== 0) {
    throw new ConfigError(
      "outlier_detection.enforcing_success_rate",
      "ejection by success rate, Envoy's default, is not implemented by this host: expected 0",
    );
  }
  if ((config.enforcingLocalOriginSuccessRate ?? 0) !== 0) {
    throw new ConfigError(
      "outlier_detection.enforcing_local_origin_success_rate",
      "ejection by success rate is not implemented by this host: expected 0",
    );
  }
  const baseMs = durationMs(config.baseEjectionTime, 30_000);
  return {
    rules: {
      consecutive_5xx: { limit: config.consecutive5xx ?? 5, enforcing: config.enforcingConsecutive5xx ?? 100 },
      consecutive_gateway_failure: {
        limit: config.consecutiveGatewayFailure ?? 5,
        enforcing: config.enforcingConsecutiveGatewayFailure ?? 0,
      },
      consecutive_local_origin_failure: {
        limit: config.consecutiveLocalOriginFailure ?? 5,
        enforcing: config.enforcingConsecutiveLocalOriginFailure ?? 100,
      },
    },
    intervalMs: durationMs(config.interval, 10_000),
    baseMs,
    maxMs: durationMs(config.maxEjectionTime, Math.max(300_000, baseMs)),
    maxPercent: config.maxEjectionPercent ?? 10,
    alwaysOne: config.alwaysEjectOneHost ?? false,
    splitLocal: config.splitExternalLocalOriginErrors,
  };
}
