/** Where two byte strings begin to differ. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

const CONTEXT = 24;

/** A few bytes from there on, in hexadecimal. */
export function hex(bytes: Buffer, at: number): string {
  return `… ${bytes.subarray(at, at + CONTEXT).toString("hex")} …`;
}

/** Two texts around the place from which on they differ. */
export function difference(expected: string, found: string): string {
  const at = firstDifference(Buffer.from(expected), Buffer.from(found));
  const from = Math.max(0, at - CONTEXT);
  const part = (text: string) => JSON.stringify(text.slice(from, at + 2 * CONTEXT));
  return `  expected … ${part(expected)} …\n  found    … ${part(found)} …`;
}
