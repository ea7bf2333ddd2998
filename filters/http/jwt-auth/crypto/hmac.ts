import { Slice } from "meltemi/assembly";
import { DIGEST_BYTES, Sha256 } from "./sha256";

const BLOCK: i32 = 64;
const sha = new Sha256();
const PAD: usize = memory.data(64);
const KEY: usize = memory.data(64);
const INNER: usize = memory.data(32);

/** HMAC with SHA-256 (RFC 2104): 32 bytes at `out`. */
export function hmacSha256(key: Slice, message: Slice, out: usize): void {
  memory.fill(KEY, 0, <usize>BLOCK);
  if (key.length > BLOCK) {
    sha.update(key);
    sha.finish(KEY);
  } else {
    memory.copy(KEY, key.ptr, <usize>key.length);
  }
  pad(0x36);
  sha.update(message);
  sha.finish(INNER);
  pad(0x5c);
  sha.update(Slice.view(INNER, DIGEST_BYTES));
  sha.finish(out);
}

function pad(with_: u8): void {
  for (let i: usize = 0; i < <usize>BLOCK; i++) store<u8>(PAD + i, load<u8>(KEY + i) ^ with_);
  sha.update(Slice.view(PAD, BLOCK));
}

/** Are these the same bytes? Takes as long wherever they differ, so that nobody can find them out one by one. */
export function sameSecretly(a: Slice, b: Slice): bool {
  if (a.length != b.length) return false;
  let difference: u8 = 0;
  for (let i = 0; i < a.length; i++) difference |= a.at(i) ^ b.at(i);
  return difference == 0;
}
