import type { Scope } from "../stats/index.js";
import {
  type GrpcCaller,
  type HttpCaller,
  LogLevel,
  type MetricSink,
  type VmLogLine,
  type VmServices,
} from "../vm/index.js";
import { resolve } from "./resolver.js";

/** The pieces of a host that VMs use. */
export interface WasmSurroundings {
  readonly stats: Scope;
  readonly logger: Record<"debug" | "info" | "warn" | "error", (fields: object, message: string) => void>;
  readonly httpCall?: HttpCaller;
  readonly grpc?: GrpcCaller;
  readonly properties?: VmServices["properties"];
  readonly trace?: VmServices["trace"];
  readonly watch?: VmServices["watch"];
  readonly maxMemoryBytes?: number;
}

/** VM services on the host's stats and log. */
export function wasmServices({
  stats,
  logger,
  httpCall,
  grpc,
  properties,
  trace,
  watch,
  maxMemoryBytes,
}: WasmSurroundings): VmServices {
  return {
    log: (line) => logLine(logger, line),
    logLevel: LogLevel.Info,
    metrics: metricSink(stats.scope("wasmcustom")),
    resolve,
    ...(httpCall === undefined ? {} : { httpCall }),
    ...(grpc === undefined ? {} : { grpc }),
    ...(properties === undefined ? {} : { properties }),
    ...(trace === undefined ? {} : { trace }),
    ...(watch === undefined ? {} : { watch }),
    ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
  };
}

function logLine(logger: WasmSurroundings["logger"], { level, message, ...fields }: VmLogLine): void {
  if (level >= LogLevel.Error) logger.error(fields, message);
  else if (level === LogLevel.Warn) logger.warn(fields, message);
  else if (level === LogLevel.Info) logger.info(fields, message);
  else logger.debug(fields, message);
}

/** A module's metrics are the host's, under `wasmcustom.` as in Envoy. */
function metricSink(scope: Scope): MetricSink {
  return {
    counter: (name) => {
      const counter = scope.counter(name);
      return { add: (by) => counter.inc(Number(by)), value: () => BigInt(counter.value) };
    },
    gauge: (name) => {
      const gauge = scope.gauge(name);
      return {
        add: (by) => gauge.inc(Number(by)),
        set: (to) => gauge.set(Number(to)),
        value: () => BigInt(gauge.value),
      };
    },
    histogram: (name) => {
      const histogram = scope.histogram(name);
      return { record: (value) => histogram.record(Number(value)) };
    },
  };
}
