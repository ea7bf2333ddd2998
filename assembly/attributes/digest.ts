import { arenaTake, Slice } from "../bytes";
import { lowerHexDigit } from "./hex";

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

  add(name: Slice, value: Slice): void {
    this.sum += stir(hash(hash(SEED, name), value));
  }

  /** No header was added. */
  get isEmpty(): bool {
    return this.sum == 0;
  }

  /** The digest as 16 hex digits, good until the callback returns. */
  hex(): Slice {
    const at = arenaTake(16);
    for (let i = 0; i < 16; i++) store<u8>(at + <usize>i, lowerHexDigit((<u32>(this.sum >> (<u64>(60 - 4 * i)))) & 15));
    return Slice.view(at, 16);
  }

  /** Is this the digest that the other side sent? */
  matches(hex: Slice): bool {
    return hex.length == 16 && memory.compare(hex.ptr, this.hex().ptr, 16) == 0;
  }
}

const SEED: u64 = 0x9e3779b97f4a7c15;
const PRIME: u64 = 0x100000001b3;

/** Eight bytes at a time, then the rest, then the length, so that nothing slips from name to value unseen. */
function hash(seed: u64, bytes: Slice): u64 {
  let sum = seed ^ (<u64>bytes.length * PRIME);
  let at = bytes.ptr;
  const end = bytes.end;
  for (; at + 8 <= end; at += 8) sum = mix(sum ^ load<u64>(at));
  let rest: u64 = 0;
  for (; at < end; at++) rest = (rest << 8) | (<u64>load<u8>(at));
  return mix(sum ^ rest);
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
