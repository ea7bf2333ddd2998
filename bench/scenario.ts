import type { Turn } from "../testing/codec/index.js";
import type { Load, Path } from "./measurement.js";
import type { Site } from "./site.js";

/** One protocol's paths, to be measured in turn. `protocols/NAME/index.ts` exports one as `scenario`. */
export interface Scenario {
  /** In the order in which they are measured; `--quick` takes the first two. */
  readonly loads: readonly Load[];
  /** Why it cannot run here. */
  missing?(): string | undefined;
  /** Starts what is needed; the site ends it. */
  start(site: Site): Promise<BenchPath[]>;
  /** A client's request with a payload of so many bytes, for measuring the codec alone. */
  frame?(bytes: number): Buffer;
  /** The same of protocols of sessions: a whole one, whose answers have payloads of so many bytes. */
  session?(bytes: number): Turn[];
}

/** One way through a proxy, and who pushes. */
export interface BenchPath {
  readonly path: Path;
  readonly target: Target;
  readonly drive: Drive;
}

/** Where to connect, and whose CPU counts. */
export interface Target {
  readonly port: number;
  readonly pid: number;
}

/** Pushes for about `seconds`, after a warm-up. */
export type Drive = (target: Target, load: Load, seconds: number) => Promise<Figures>;

export interface Figures {
  readonly cpuPerRequestUs: number;
  readonly requestsPerSecond: number;
}
