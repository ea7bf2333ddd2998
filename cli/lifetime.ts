/** Something that runs until it is closed. */
export interface Closable {
  close(): Promise<void>;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs `body` and then waits for SIGINT or SIGTERM; a signal while the body runs ends it too. What the body has handed to
 * `own` is closed in reverse order, whether it ended well or not; `stop` ends it as a signal does. A second signal ends the
 * process at once.
 */
export async function untilSignal(
  body: (own: <T extends Closable>(part: T) => T, stop: () => void) => Promise<void>,
): Promise<void> {
  const parts: Closable[] = [];
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let signals = 0;
  let ended = false;
  const onSignal = (): void => {
    signals += 1;
    if (signals > 1) process.exit(130);
    stop();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const own = <T extends Closable>(part: T): T => {
      if (ended) void part.close();
      else parts.push(part);
      return part;
    };
    await Promise.race([body(own, () => stop()).then(() => stopped), stopped]);
  } finally {
    ended = true;
    for (const part of parts.reverse()) await part.close();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
