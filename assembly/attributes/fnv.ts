import { Slice } from "../bytes";

const PRIME: u64 = 0x100000001b3;

/** FNV-1a's starting value, 64 bits. */
export const FNV_OFFSET: u64 = 0xcbf29ce484222325;

/** FNV-1a over more bytes. */
export function fnv1a64(hash: u64, bytes: Slice): u64 {
  const end = bytes.end;
  for (let at = bytes.ptr; at < end; at++) hash = (hash ^ (<u64>load<u8>(at))) * PRIME;
  return hash;
}
