/*
 * Pairs, the ABI's wire form of maps. All numbers u32, little endian:
 *   count, count × (key length, value length), count × (key, 0x00, value, 0x00)
 */

/** Two byte strings. */
export type Pair = readonly [string, string];

const MAX_BYTES = 1 << 20;
const MAX_PAIRS = 1024;

/** How many bytes `writePairs` needs. */
export function pairsSize(pairs: readonly Pair[]): number {
  let size = 4 + pairs.length * 8;
  for (const [key, value] of pairs) size += key.length + value.length + 2;
  return size;
}

/** Writes pairs at the start of `into`. */
export function writePairs(pairs: readonly Pair[], into: Uint8Array): void {
  let at = putLength(into, 0, pairs.length);
  for (const [key, value] of pairs) {
    at = putLength(into, at, key.length);
    at = putLength(into, at, value.length);
  }
  for (const [key, value] of pairs) {
    at = putString(into, at, key);
    at = putString(into, at, value);
  }
}

/** Reads pairs; what is malformed, over 1 MiB or over 1024 pairs is silently empty, as on Envoy. */
export function readPairs(bytes: Uint8Array): Pair[] {
  if (bytes.length < 4 || bytes.length > MAX_BYTES) return [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = buffer.readUInt32LE(0);
  if (count > MAX_PAIRS || 4 + count * 8 > buffer.length) return [];
  const pairs: Pair[] = [];
  let at = 4 + count * 8;
  for (let i = 0; i < count; i++) {
    const keyEnd = at + buffer.readUInt32LE(4 + i * 8);
    const valueEnd = keyEnd + 1 + buffer.readUInt32LE(8 + i * 8);
    if (valueEnd + 1 > buffer.length) return [];
    pairs.push([buffer.toString("latin1", at, keyEnd), buffer.toString("latin1", keyEnd + 1, valueEnd)]);
    at = valueEnd + 1;
  }
  return pairs;
}

function putLength(into: Uint8Array, at: number, length: number): number {
  into[at] = length;
  into[at + 1] = length >>> 8;
  into[at + 2] = length >>> 16;
  into[at + 3] = length >>> 24;
  return at + 4;
}

function putString(into: Uint8Array, start: number, text: string): number {
  let at = start;
  for (let i = 0; i < text.length; i++) into[at++] = text.charCodeAt(i);
  into[at++] = 0;
  return at;
}
