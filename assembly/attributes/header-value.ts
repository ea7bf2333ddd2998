import { arenaTake, Slice } from "../bytes";
import { hexValue, upperHexDigit } from "./hex";

/** Longer values get no header: they stay in the frame alone. */
export const MAX_VALUE_BYTES: i32 = 8192;

/**
 * An attribute's value as a header's: as it is where HTTP bears it. Else bytes that HTTP does not bear, spaces and tabs
 * at either end, and `%` become %XX. The result is good until the callback returns.
 */
export function attributeValue(value: Slice): Slice {
  const length = value.length;
  if (length == 0) return value;
  const good = !isBlank(value.at(0)) && !isBlank(value.at(length - 1)) && isBorne(value);
  return good ? value : escaped(value);
}

/** Does HTTP bear all of these bytes? */
function isBorne(value: Slice): bool {
  let at = value.ptr;
  const end = value.end;
  while (at < end) {
    if (at + 8 <= end && isPlain(load<u64>(at))) at += 8;
    else if (isForbidden(load<u8>(at++))) return false;
  }
  return true;
}

/** True only where none of these eight bytes is a control character: the lowest that is one sets its byte's highest bit. */
@inline
function isPlain(word: u64): bool {
  const below = (word - 0x2020202020202020) & ~word;
  const apart = word ^ 0x7f7f7f7f7f7f7f7f; // zero for 0x7f
  return ((below | ((apart - 0x0101010101010101) & ~apart)) & 0x8080808080808080) == 0;
}

function escaped(value: Slice): Slice {
  const start = arenaTake(<usize>value.length * 3);
  let first = 0;
  let last = value.length - 1;
  while (first <= last && isBlank(value.at(first))) first++;
  while (last >= first && isBlank(value.at(last))) last--;
  let at = start;
  for (let i = 0; i < value.length; i++) {
    const byte = value.at(i);
    if (i >= first && i <= last && byte != 0x25 && !isForbidden(byte)) {
      store<u8>(at++, byte);
      continue;
    }
    store<u8>(at, 0x25);
    store<u8>(at, upperHexDigit(byte >> 4), 1);
    store<u8>(at, upperHexDigit(byte & 15), 2);
    at += 3;
  }
  return Slice.view(start, <i32>(at - start));
}

/** The bytes that an escaped value stands for. */
export function originalValue(value: Slice): Slice {
  const start = arenaTake(<usize>value.length + 1);
  let at = start;
  for (let i = 0; i < value.length; i++) {
    const byte = value.at(i);
    const high = byte == 0x25 && i + 2 < value.length ? hexValue(value.at(i + 1)) : -1;
    const low = high >= 0 ? hexValue(value.at(i + 2)) : -1;
    if (low >= 0) i += 2;
    store<u8>(at++, low >= 0 ? <u8>((high << 4) | low) : byte);
  }
  return Slice.view(start, <i32>(at - start));
}


@inline
function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}


@inline
function isForbidden(byte: u8): bool {
  return (byte < 0x20 && byte != 0x09) || byte == 0x7f;
}
