import { existsSync } from "node:fs";
import { join } from "node:path";
import { SessionProbe } from "../assembly/testing/session-probe.support.js";
import { readSessions, type Turn } from "../testing/codec/index.js";

type Session = readonly Turn[];

/** What a codec of sessions is given: its recorded ones, and made ones by the size of their payloads. */
export type Sessions = ReadonlyMap<string, readonly Session[]>;

/**
 * How fast a codec of sessions reads, alone in Wasm on Node: the sessions of each kind in turn, each from opening to end,
 * with the bridge's HTTP/2. In MB (10⁶ bytes) per second, both directions.
 */
export async function sessionSpeeds(
  folder: string,
  kinds: Sessions,
  seconds: number,
): Promise<Readonly<Record<string, number>>> {
  const probe = await SessionProbe.of({ folder });
  return Object.fromEntries([...kinds].map(([what, sessions]) => [what, speed(probe, sessions, seconds)]));
}

/** The sessions in a codec's `samples/`. */
export function recordedSessions(folder: string): Session[] {
  const samples = join(folder, "samples");
  return existsSync(samples) ? readSessions(samples).map(({ turns }) => turns) : [];
}

function speed(probe: SessionProbe, sessions: readonly Session[], seconds: number): number {
  const bytes = sessions.flat().reduce((sum, turn) => sum + turn.bytes.length, 0);
  const run = (milliseconds: number): number => {
    const from = performance.now();
    let total = 0;
    while (performance.now() - from < milliseconds) {
      for (const turns of sessions) probe.converse(turns);
      total += bytes;
    }
    return total / 1e3 / (performance.now() - from);
  };
  run(seconds * 500); // warms the compiler up
  return run(seconds * 500);
}
