import { arenaTake, Slice } from "../bytes";
import { lowerHexPair } from "./hex";

/**
 * A digest over a message's attribute headers that does not depend on their order: the sum of each header's hash, over
 * its name and its value. It shows changes by filters; it is no signature. Both codecs of a request are one module, so
 * the hash is its own affair.
 */
export class Digest {
  private sum: u64 = 0;

  reset(): void {
    this.sum = 0;
  }

  /** Adds a header, by its hash. */
  add(hash: u64): void {
    this.sum += hash;
  }

  /** A hash of the digest over the headers of both. */
  hashWith(other: Digest): u64 {
    return stir((this.sum + other.sum) ^ SEED);
  }

  /** Counts in the headers of another one. */
  join(other: Digest): void {
    this.sum += other.sum;
  }

  /** No header was added. */
  get isEmpty(): bool {
    return this.sum == 0;
  }

  /** The digest as 16 hex digits, good until the callback returns. */
  hex(): Slice {
    return digits(this.sum);
  }

  /** The digest over the headers of both. */
  hexWith(other: Digest): Slice {
    return digits(this.sum + other.sum);
  }

  /** Is this the digest that the other side sent? */
  matches(hex: Slice): bool {
    return hex.equals(this.hex());
  }
}

/**
 * A header's hash, over its name and its value. It is even, and never below 256: smaller numbers and the lowest bit may say
 * something else.
 */
export function headerHash(name: Slice, value: Slice): u64 {
  return (stir(hash(hash(SEED, name), value)) | 256) & ~(<u64>1);
}

function digits(sum: u64): Slice {
  const at = arenaTake(16);
  for (let i: usize = 0; i < 8; i++) store<u16>(at + 2 * i, lowerHexPair(<u8>(sum >> (<u64>(56 - 8 * i)))));
  return Slice.view(at, 16);
}

const SEED: u64 = 0x9e3779b97f4a7c15;
const PRIME: u64 = 0x100000001b3;

/** Eight bytes at a time, then the last ones, then the length, so that nothing slips from name to value unseen. */
function hash(seed: u64, bytes: Slice): u64 {
  let sum = seed ^ (<u64>bytes.length * PRIME);
  let at = bytes.ptr;
  const end = bytes.end;
  for (; at + 8 < end; at += 8) sum = mix(sum ^ load<u64>(at));
  return mix(sum ^ tail(bytes));
}

/** The last eight bytes, or all where there are fewer. */
@inline
function tail(bytes: Slice): u64 {
  const length = <usize>bytes.length;
  if (length >= 8) return load<u64>(bytes.end - 8);
  if (length >= 4) return ((<u64>load<u32>(bytes.ptr)) << 32) | (<u64>load<u32>(bytes.end - 4));
  let rest: u64 = 0;
  for (let at = bytes.ptr; at < bytes.end; at++) rest = (rest << 8) | (<u64>load<u8>(at));
  return rest;
}


@inline
function mix(value: u64): u64 {
  value *= 0xff51afd7ed558ccd;
  return value ^ (value >> 32);
}

function stir(hash: u64): u64 {
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}
