import { Slice, Writer } from "../../bytes";
import { upperHexDigit } from "../../attributes";

const LITERAL: usize = memory.data(256);
const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$";

for (let i = 0; i < CHARACTERS.length; i++) store<u8>(LITERAL + <usize>CHARACTERS.charCodeAt(i), 1);

/** A part of a path, or an authority: what URLs do not bear becomes %XX, and nothing becomes `-`. */
export function writeEscaped(out: Writer, text: Slice): void {
  if (text.length == 0) {
    out.u8(0x2d);
    return;
  }
  let plain = true;
  for (let at = text.ptr; at < text.end; at++) plain = plain && load<u8>(LITERAL + <usize>load<u8>(at)) != 0;
  if (plain && !isDots(text)) {
    out.bytes(text);
    return;
  }
  for (let at = text.ptr; at < text.end; at++) {
    const byte = load<u8>(at);
    if (load<u8>(LITERAL + <usize>byte) && !isDots(text)) {
      out.u8(byte);
      continue;
    }
    out.u8(0x25);
    out.u8(upperHexDigit(byte >> 4));
    out.u8(upperHexDigit(byte & 15));
  }
}

/** `.` and `..` would be taken for steps of a path, where the proxy normalises paths. */
function isDots(text: Slice): bool {
  return text.length <= 2 && text.at(0) == 0x2e && text.at(text.length - 1) == 0x2e;
}
