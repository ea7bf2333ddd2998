// Envoy brings every answer to the root context; here stands which context asked.
const waiting = new Map<u32, i32>();

export function awaitCallout(token: u32, contextId: i32): void {
  waiting.set(token, contextId);
}

/** The context that asked, or `fallback` where nobody here did. */
export function askerOf(token: u32, fallback: i32): i32 {
  return waiting.has(token) ? waiting.get(token) : fallback;
}

export function calloutEnded(token: u32): void {
  waiting.delete(token);
}
