import { existsSync } from "node:fs";
import { join } from "node:path";
import { SessionProbe } from "../assembly/testing/session-probe.support.js";
import { readSessions, type Turn } from "../testing/codec/index.js";

/**
 * How fast a codec of sessions reads, alone in Wasm on Node: its recorded sessions in turn, each from opening to end, with the
 * bridge's HTTP/2. In MB (10⁶ bytes) per second, both directions; undefined where none are recorded.
 */
export async function sessionSpeed(folder: string, seconds: number): Promise<number | undefined> {
  const sessions = recorded(join(folder, "samples"));
  if (sessions.length === 0) return undefined;
  const probe = await SessionProbe.of({ folder });
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

function recorded(folder: string): (readonly Turn[])[] {
  return existsSync(folder) ? readSessions(folder).map(({ turns }) => turns) : [];
}
