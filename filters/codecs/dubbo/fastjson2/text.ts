// The strings of JSONB, fastjson2's binary form (github.com/alibaba/fastjson2, docs/jsonb_format_cn.md). By first byte:
//   49-78  length in the byte (0-47), ASCII      7b  length, UTF-16 with a mark      79  length, ASCII
//   7a     length, UTF-8                         7c  length, UTF-16LE                7d  length, UTF-16BE
// where length is an int: f0-2f one byte, 30-3f two, 40-47 three, 48 five.
import { Reader, Slice, Writer } from "meltemi/assembly";
import { arenaTake } from "meltemi/assembly/bytes";

const SHORT: u8 = 0x49;
const LAST_SHORT: u8 = 0x78;
const ASCII: u8 = 0x79;
const UTF8: u8 = 0x7a;
const UTF16_LE: u8 = 0x7c;
const UTF16_BE: u8 = 0x7d;
const MAX_CONVERTED: i32 = 16384;


@inline
export function isText(tag: u8): bool {
  return (tag >= SHORT && tag <= UTF8) || tag == UTF16_LE || tag == UTF16_BE;
}

/** Reads a string as UTF-8. Fails the reader where there is none; null for a long one in UTF-16. */
export function readText(input: Reader): Slice | null {
  const tag = input.u8();
  if (tag >= SHORT && tag <= LAST_SHORT) return input.bytes(tag - SHORT);
  if (!isText(tag)) {
    input.fail();
    return null;
  }
  const bytes = input.bytes(readInt(input));
  if (tag == ASCII || tag == UTF8) return bytes;
  return bytes.length <= MAX_CONVERTED ? fromUtf16(bytes, tag == UTF16_BE) : null;
}

export function readInt(input: Reader): i32 {
  const tag = <i32>input.u8();
  if (tag >= 0xf0) return tag - 0x100;
  if (tag < 0x30) return tag;
  if (tag < 0x40) return ((tag - 0x38) << 8) | (<i32>input.u8());
  if (tag < 0x48) return ((tag - 0x44) << 16) | (<i32>input.u16());
  if (tag == 0x48) return <i32>input.u32();
  if (tag == 0xbd) return <i8>input.u8();
  if (tag == 0xbc) return <i16>input.u16();
  input.fail();
  return 0;
}

/** Writes UTF-8 as it is, which is what JSONB's readers take for `7a`. */
export function writeText(out: Writer, text: Slice): void {
  const ascii = isAscii(text);
  if (ascii && text.length <= <i32>(LAST_SHORT - SHORT)) out.u8(<u32>SHORT + text.length);
  else {
    out.u8(ascii ? ASCII : UTF8);
    writeInt(out, text.length);
  }
  out.bytes(text);
}

/** A number that is not negative. */
function writeInt(out: Writer, value: i32): void {
  if (value < 0x30) out.u8(value);
  else if (value < 0x800) out.u16(0x3800 + value);
  else if (value < 0x40000) out.u24(0x440000 + value);
  else {
    out.u8(0x48);
    out.u32(value);
  }
}

function isAscii(text: Slice): bool {
  for (let i = 0; i < text.length; i++) if (text.at(i) >= 0x80) return false;
  return true;
}

/** A unit of two bytes becomes at most three; a lone surrogate stays one. */
function fromUtf16(bytes: Slice, bigEndian: bool): Slice {
  const units = bytes.length >> 1;
  const ptr = arenaTake(<usize>(units * 3));
  let to = ptr;
  for (let i = 0; i < units; i++) {
    const unit = unitAt(bytes, i, bigEndian);
    const low = (unit & 0xfc00) == 0xd800 && i + 1 < units ? unitAt(bytes, i + 1, bigEndian) : 0;
    if (unit < 0x80) store<u8>(to++, unit);
    else if (unit < 0x800) {
      store<u8>(to++, 0xc0 | (unit >> 6));
      store<u8>(to++, 0x80 | (unit & 0x3f));
    } else if ((low & 0xfc00) == 0xdc00) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
      store<u8>(to++, 0xf0 | (point >> 18));
      store<u8>(to++, 0x80 | ((point >> 12) & 0x3f));
      store<u8>(to++, 0x80 | ((point >> 6) & 0x3f));
      store<u8>(to++, 0x80 | (point & 0x3f));
      i++;
    } else {
      store<u8>(to++, 0xe0 | (unit >> 12));
      store<u8>(to++, 0x80 | ((unit >> 6) & 0x3f));
      store<u8>(to++, 0x80 | (unit & 0x3f));
    }
  }
  return Slice.view(ptr, <i32>(to - ptr));
}


@inline
function unitAt(bytes: Slice, index: i32, bigEndian: bool): u32 {
  const unit = load<u16>(bytes.ptr + <usize>(index << 1));
  return bigEndian ? bswap<u16>(unit) : unit;
}
