import { Slice, Writer } from "meltemi/assembly";

/** Code units in a chunk; Java's encoder writes as many. */
const CHUNK: i32 = 0x8000;
const REPLACEMENT: u32 = 0xfffd;

/**
 * Writes UTF-8 as a Hessian string, in the shortest form, characters beyond U+FFFF as two surrogates: that is what
 * Java's encoder writes, and every decoder reads. Bytes that are no UTF-8 become U+FFFD.
 */
export function writeText(out: Writer, text: Slice): void {
  let left = countUnits(text);
  at = text.ptr;
  end = text.end;
  while (left > CHUNK) {
    out.u8(0x52);
    const length = out.reserve(2);
    out.patchU16(length, writeUnits(out, CHUNK));
    left = countUnits(Slice.view(at, <i32>(end - at)));
  }
  if (left < 0x20) out.u8(left);
  else if (left < 0x400) {
    out.u8(0x30 | (left >> 8));
    out.u8(left & 0xff);
  } else {
    out.u8(0x53);
    out.u16(left);
  }
  writeUnits(out, left);
}

let at: usize = 0;
let end: usize = 0;

function countUnits(text: Slice): i32 {
  at = text.ptr;
  end = text.end;
  let units = 0;
  while (at < end) units += nextPoint() > 0xffff ? 2 : 1;
  at = text.ptr;
  return units;
}

/** Writes at most `limit` code units, never half a pair; how many it wrote. */
function writeUnits(out: Writer, limit: i32): i32 {
  let units = 0;
  while (at < end && units < limit) {
    const before = at;
    const point = nextPoint();
    if (point < 0x80) out.u8(point);
    else if (point < 0x800) {
      out.u8(0xc0 | (point >> 6));
      out.u8(0x80 | (point & 0x3f));
    } else if (point <= 0xffff) writeThree(out, point);
    else {
      if (units + 2 > limit) {
        at = before;
        break;
      }
      writeThree(out, 0xd800 + ((point - 0x10000) >> 10));
      writeThree(out, 0xdc00 + (point & 0x3ff));
      units++;
    }
    units++;
  }
  return units;
}

function writeThree(out: Writer, unit: u32): void {
  out.u24(0xe08080 | ((unit & 0xf000) << 4) | ((unit & 0x0fc0) << 2) | (unit & 0x3f));
}

/** Takes the character at `at`; U+FFFD and one byte where there is none. Lone surrogates pass: Java has them. */
function nextPoint(): u32 {
  const lead = <u32>load<u8>(at);
  if (lead < 0x80) {
    at++;
    return lead;
  }
  const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || at + <usize>more >= end) return bad();
  let point: u32 = lead & (0x3f >> more);
  for (let i = 1; i <= more; i++) {
    const next = <u32>load<u8>(at + <usize>i);
    if ((next & 0xc0) != 0x80) return bad();
    point = (point << 6) | (next & 0x3f);
  }
  if ((more == 2 && point < 0x800) || (more == 3 && (point < 0x10000 || point > 0x10ffff))) return bad();
  at += <usize>more + 1;
  return point;
}

function bad(): u32 {
  at++;
  return REPLACEMENT;
}
