import type { JsonObject } from "@bufbuild/protobuf";
import type { StatsStore, StatTag } from "../stats/index.js";
import type { Cluster } from "../upstream/index.js";

/** What the admin interface shows of a host. */
export interface AdminView {
  readonly stats: StatsStore;
  /** What makes labels of parts of their names, for Prometheus. */
  readonly statTags: readonly StatTag[];
  readonly clusters: () => readonly Cluster[];
  readonly listeners: () => readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number | undefined;
  }[];
  readonly state: () => "PRE_INITIALIZING" | "INITIALIZING" | "LIVE" | "DRAINING";
  readonly configDump: () => JsonObject;
  readonly node: JsonObject;
  readonly startTime: number;
}
