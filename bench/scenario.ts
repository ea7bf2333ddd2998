import type { Turn } from "../testing/codec/index.js";
import type { Figures, Load, Measurement } from "./measurement.js";
import type { Site } from "./site.js";

/** Paths to be measured in turn: `index.ts` of each folder in `protocols/` and `features/` exports them as `scenario`. */
export interface Scenario {
  /** In the order in which they are measured; `--quick` takes the first two. */
  readonly loads: readonly Load[];
  /** Why it cannot run here. */
  missing?(): string | undefined;
  /** Starts what is needed; the site ends it. */
  start(site: Site): Promise<BenchPath[]>;
  /** Its figures as it wants them shown; else its paths beside each other. */
  table?(figures: readonly Measurement[]): string;
  /** A client's request with a payload of so many bytes, for measuring the codec alone. */
  frame?(bytes: number): Buffer;
  /** The same of protocols of sessions: a whole one, whose answers have payloads of so many bytes. */
  session?(bytes: number): Turn[];
}

/** One way through a proxy, and who pushes. */
export interface BenchPath {
  readonly path: string;
  readonly target: Target;
  readonly drive: Drive;
  /** Which loads it is measured under; without it, all. */
  readonly takes?: (load: Load) => boolean;
}

/** Where to connect, and whose CPU counts. */
export interface Target {
  readonly port: number;
  readonly pid: number;
  /** The port of its admin interface, where it has one. */
  readonly admin?: number;
}

/** Pushes for about `seconds`, after a warm-up. */
export type Drive = (target: Target, load: Load, seconds: number) => Promise<Figures>;
