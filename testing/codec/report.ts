import type { PeerName } from "./samples.js";
import type { Speed } from "./speed.js";
import type { Subject } from "./subject.js";

/** A mistake of the codec, with the smallest bytes that show it. */
export interface Failure {
  readonly check: CheckName;
  /** From which sample, and how it was made. */
  readonly name: string;
  /** What was expected and what came. */
  readonly reason: string;
  readonly from: PeerName;
  readonly bytes: Uint8Array;
}

/** In the order in which they are made. */
const CHECKS = [
  "reads the samples",
  "round trip",
  "split points",
  "concatenation",
  "truncation",
  "length bombs",
  "mutations",
  "memory",
  "returns",
] as const;
/** The checks, by name. */
export type CheckName = (typeof CHECKS)[number];

/** How one check went: how many conversations, and its first failure. */
export interface Checked {
  readonly check: CheckName;
  readonly cases: number;
  readonly failure: Failure | undefined;
  /** Samples that could not be compared: what comes of them differs from one connection to the next. */
  readonly uncompared: readonly string[];
}

/** What came of all checks. */
export interface Report {
  /** Undefined, as the last two, where the codec did not return. */
  readonly lane: Subject["lane"] | undefined;
  readonly checks: readonly Checked[];
  /** The checks' failures, the one with the fewest bytes first. */
  readonly failures: readonly Failure[];
  readonly speed: Speed | undefined;
  /** Of linear memory, at the end. */
  readonly memoryBytes: number | undefined;
}
