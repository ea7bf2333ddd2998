import { Bytes, Slice } from "../../bytes";

const LOW_LINE: u8 = 0x5f;

/** A name in characters that a label may have without any care. */
export function plain(name: Slice): string {
  const bytes = Bytes.copyOf(name);
  const at = bytes.view().ptr;
  for (let i = 0; i < bytes.length; i++) if (!isPlain(load<u8>(at + <usize>i))) store<u8>(at + <usize>i, LOW_LINE);
  return bytes.view().toString();
}

/** Letters, digits, and `$ - . / : _`. */
function isPlain(char: u8): bool {
  if (char >= 0x2d && char <= 0x3a) return true;
  const lower = char | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || char == LOW_LINE || char == 0x24;
}
