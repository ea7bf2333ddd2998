import { Random } from "./random.js";
import type { SampleFrame } from "./samples.js";

/** Bytes that no peer should be able to hurt a codec with. */
export interface Case {
  /** In words, from which sample it was made and how. */
  readonly name: string;
  readonly from: SampleFrame["from"];
  readonly bytes: Uint8Array;
}

/** Where a message of this length is cut: everywhere, or where it is long, at as many places spread over it. */
export function* cutPoints(length: number, most = 2048): Generator<number> {
  const step = Math.max(1, length / most);
  for (let at = 1; Math.floor(at) < length; at += step) yield Math.floor(at);
}

/** A frame cut short at each point. */
export function* truncations(sample: SampleFrame, most?: number): Generator<Case> {
  for (const at of cutPoints(sample.bytes.length, most)) {
    const bytes = sample.bytes.subarray(0, at);
    yield { name: `${sample.name} cut off behind ${at} bytes`, from: sample.from, bytes };
  }
}

/** A length may stand anywhere in a frame's head. */
const HEAD = 48;

/** A frame's first bytes with, at each place, as large a number as its width holds: one of them is its length. */
export function* bombs(sample: SampleFrame): Generator<Case> {
  for (let at = 0; at < Math.min(HEAD, sample.bytes.length); at++) {
    for (const [what, number] of LARGE) {
      if (at + number.length > sample.bytes.length) continue;
      const bytes = Buffer.from(sample.bytes);
      bytes.set(number, at);
      yield { name: `${sample.name} with ${what} at ${at}`, from: sample.from, bytes };
    }
  }
}

const LARGE: readonly (readonly [string, Uint8Array])[] = [
  ["ff", Buffer.from("ff", "hex")],
  ["7fff", Buffer.from("7fff", "hex")],
  ["ffff", Buffer.from("ffff", "hex")],
  ["7fffffff", Buffer.from("7fffffff", "hex")],
  ["ffffff7f", Buffer.from("ffffff7f", "hex")],
  ["ffffffff", Buffer.from("ffffffff", "hex")],
  ["7fffffffffffffff", Buffer.from("7fffffffffffffff", "hex")],
  ["the varint ffffffff0f", Buffer.from("ffffffff0f", "hex")],
  ["the digits 999999999", Buffer.from("999999999", "latin1")],
];

/** Values that programs are off by one at. */
const EDGES = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x30, 0x7e, 0x7f, 0x80, 0xfe, 0xff];
const MOST_EDITS = 8;

/**
 * So many changed frames, the same for the same seed: small samples first, and few edits before many, so that what fails
 * first is nearly the smallest that does.
 */
export function* mutations(samples: readonly SampleFrame[], count: number, seed: number): Generator<Case> {
  const random = new Random(seed);
  const bySize = [...samples].sort((a, b) => a.bytes.length - b.bytes.length);
  for (let i = 0; i < count; i++) {
    const sample = bySize[i % bySize.length];
    if (sample === undefined) return;
    const edits = 1 + Math.floor((i / count) * MOST_EDITS);
    let bytes: Uint8Array = Buffer.from(sample.bytes);
    for (let edit = 0; edit < edits; edit++) bytes = edited(bytes, bySize, random);
    yield { name: `${sample.name}, mutation ${i} of seed ${seed}`, from: sample.from, bytes };
  }
}

function edited(bytes: Uint8Array, samples: readonly SampleFrame[], random: Random): Uint8Array {
  const at = random.next(bytes.length + 1);
  const size = 1 + random.next(8);
  switch (random.next(6)) {
    case 0:
      return replaced(bytes, at, Buffer.of(random.next(256)));
    case 1:
      return replaced(bytes, at, Buffer.of(random.pick(EDGES)));
    case 2:
      return replaced(bytes, at, random.pick(LARGE)[1]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - size), at), bytes.subarray(at)]);
    default: {
      const other = random.pick(samples).bytes;
      const start = random.next(other.length + 1);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(start, start + size), bytes.subarray(at)]);
    }
  }
}

function replaced(bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.set(by.subarray(0, Math.max(0, copy.length - at)), Math.min(at, copy.length));
  return copy;
}
