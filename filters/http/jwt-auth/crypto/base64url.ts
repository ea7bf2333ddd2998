import { Slice, Writer } from "meltemi/assembly";

const NONE: u8 = 0xff;
/** The six bits of each character (RFC 4648, section 5). */
const VALUES: usize = memory.data(256);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

memory.fill(VALUES, NONE, 256);
for (let i = 0; i < ALPHABET.length; i++) store<u8>(VALUES + <usize>ALPHABET.charCodeAt(i), <u8>i);

/**
 * Appends what base64url without padding stands for. False: it is none, or not the one form that such bytes have (bits that
 * stand for nothing must be zero); `out` then holds a part of it.
 */
export function decodeBase64Url(text: Slice, out: Writer): bool {
  let bits: u32 = 0;
  let count = 0;
  for (let at = text.ptr; at < text.end; at++) {
    const value = load<u8>(VALUES + <usize>load<u8>(at));
    if (value == NONE) return false;
    bits = (bits << 6) | (<u32>value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.u8((bits >> count) & 0xff);
    bits &= (1 << count) - 1;
  }
  return count < 6 && bits == 0;
}
