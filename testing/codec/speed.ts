import type { Turn } from "./samples.js";
import type { Subject } from "./subject.js";

/** How fast a codec is in this host, on one thread. */
export interface Speed {
  readonly megabytesPerSecond: number;
  readonly framesPerSecond: number;
}

const DURATION_MS = 1000;
/** So that a connection's beginning and end do not count. */
const FRAMES = 200;

/** Sends samples of the client that become requests, many to a connection, for a second. */
export function measure(subject: Subject, samples: readonly { readonly turns: readonly Turn[] }[]): Speed | undefined {
  const opening = samples.filter(
    ({ turns }) => turns.every(({ from }) => from === "Client") && subject.converse(turns).opened,
  );
  const turns = opening.flatMap((sample) => sample.turns);
  if (turns.length === 0 || subject.lane === "session") return undefined;
  const many = Array.from({ length: Math.ceil(FRAMES / turns.length) }, () => turns).flat();
  const size = many.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let rounds = 0;
  const start = performance.now();
  let elapsed = 0;
  for (; elapsed < DURATION_MS; elapsed = performance.now() - start) {
    subject.converse(many);
    rounds++;
  }
  const seconds = elapsed / 1000;
  return { megabytesPerSecond: (rounds * size) / seconds / 1e6, framesPerSecond: (rounds * many.length) / seconds };
}
