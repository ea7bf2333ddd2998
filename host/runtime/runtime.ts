import type { JsonObject } from "@bufbuild/protobuf";
import type { LayeredRuntime } from "../../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { ConfigError, durationMs } from "../config/index.js";
import type { Scope } from "../stats/index.js";
import { flatten } from "./flatten.js";

/** Envoy's default of initial_fetch_timeout. */
const FETCH_TIMEOUT_MS = 15_000;
/** What 0 stands for: the longest time that a timer of node's has. */
const WITHOUT_END_MS = 2 ** 31 - 1;

/** What may be asked of the runtime. */
export interface RuntimeSource {
  /** The number of a key: not negative, whole; `fallback` where no layer has such a one. */
  integer(key: string, fallback: number): number;
}

/** The layers of a proxy's runtime, put together anew with each change of one. */
export class Runtime implements RuntimeSource {
  /** The layers that come by RTDS, by the names of its resources. */
  readonly discovered: readonly string[];
  /** How long all else waits for those, in milliseconds. */
  readonly patience: number;
  /** The lowest first. */
  private readonly layers = new Map<string, JsonObject>();
  private numbers: ReadonlyMap<string, number> = new Map();

  /** @throws ConfigError for a kind of layer that this host does not have */
  constructor(
    config: LayeredRuntime | undefined,
    private readonly stats: Scope,
  ) {
    const discovered: string[] = [];
    const waits: number[] = [];
    for (const [index, { name, layerSpecifier }] of (config?.layers ?? []).entries()) {
      const path = `layered_runtime.layers[${index}]`;
      if (name === "") throw new ConfigError(`${path}.name`, "is required");
      const isDiscovered = layerSpecifier.case === "rtdsLayer";
      const key = isDiscovered ? layerSpecifier.value.name : name;
      if (this.layers.has(key)) throw new ConfigError(`${path}.name`, `a second layer ${key}`);
      this.layers.set(key, layerSpecifier.case === "staticLayer" ? layerSpecifier.value : {});
      if (!isDiscovered) continue;
      const { rtdsConfig } = layerSpecifier.value;
      if (rtdsConfig?.configSourceSpecifier.case !== "ads") {
        throw new ConfigError(`${path}.rtds_layer.rtds_config`, "expected ads");
      }
      discovered.push(key);
      waits.push(durationMs(rtdsConfig.initialFetchTimeout, FETCH_TIMEOUT_MS) || WITHOUT_END_MS);
    }
    this.discovered = discovered;
    this.patience = Math.max(0, ...waits);
    this.merge();
  }

  integer(key: string, fallback: number): number {
    return this.numbers.get(key) ?? fallback;
  }

  /** Takes what RTDS says of a layer. */
  put(layer: string, values: JsonObject): void {
    this.layers.set(layer, values);
    this.merge();
  }

  private merge(): void {
    const numbers = new Map<string, number>();
    let keys = 0;
    for (const layer of this.layers.values()) {
      for (const [key, value] of flatten(layer)) {
        keys += 1;
        if (isCount(value)) numbers.set(key, value);
        else numbers.delete(key);
      }
    }
    this.numbers = numbers;
    this.stats.counter("load_success").inc();
    this.stats.gauge("num_keys").set(keys);
    this.stats.gauge("num_layers").set(this.layers.size);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
