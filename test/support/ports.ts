import { createServer } from "node:net";

// Below the range that kernels take outgoing connections' ports from: a hundred thousand short connections must not
// take a port between its being found free and its being listened on.
const FIRST = 12_000;
const COUNT = 18_000;
const taken = new Set<number>();

/** A loopback port that is free, and that this process does not hand out again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
