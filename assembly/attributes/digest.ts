import { arenaTake, Slice } from "../bytes";
import { FNV_OFFSET, fnv1a64, fnv1a64Zero } from "./fnv";
import { lowerHexDigit } from "./hex";

/**
 * A digest over a message's attribute headers that does not depend on their order: the sum of each header's FNV-1a over
 * name, zero byte and value, stirred so that sums do not cancel out. It shows changes by filters; it is no signature.
 */
export class Digest {
  private sum: u64 = 0;

  reset(): void {
    this.sum = 0;
  }

  add(name: Slice, value: Slice): void {
    this.sum += stir(fnv1a64(fnv1a64Zero(fnv1a64(FNV_OFFSET, name)), value));
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

function stir(hash: u64): u64 {
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}
