import { setTimeout as delay } from "node:timers/promises";
import type { Caller } from "./caller.js";

/** Who looks at pages, in turn. */
const USERS = ["Jason", "Ann", "Bilal", "Chiara"] as const;

/** A fixed number of pages, several at a time; fewer where the signal comes first. */
export async function pages(caller: Caller, count: number, signal: AbortSignal, atOnce = 16): Promise<void> {
  let next = 0;
  const reader = async () => {
    while (next < count && !signal.aborted) await page(caller, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, reader));
}

/** So many pages a second until the signal; a page that takes long does not hold up the next ones. */
export async function steadily(caller: Caller, perSecond: number, signal: AbortSignal): Promise<void> {
  const under = new Set<Promise<unknown>>();
  for (let next = 0; !signal.aborted; next++) {
    const reading = page(caller, next);
    under.add(reading);
    void reading.finally(() => under.delete(reading));
    await delay(1000 / perSecond, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(under);
}

function page(caller: Caller, number: number): Promise<unknown> {
  return caller.call("get", [["user", USERS[number % USERS.length] ?? "nobody"]]);
}
