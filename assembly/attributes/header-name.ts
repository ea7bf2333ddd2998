import { arenaTake, lower, Slice } from "../bytes";
import { FNV_OFFSET, fnv1a64 } from "./fnv";
import { hexValue, lowerHexDigit } from "./hex";
import { escapedPrefix, isReserved } from "./reserved";

// Longer names are cut, and told apart by a hash.
const MAX_NAME_BYTES: i32 = 128;
const KEPT_OF_LONGER: i32 = 100;

const PLAIN: u8 = 1; // may stand in an HTTP header's name, and is no capital
const LITERAL: u8 = 2; // stands for itself in an escaped name

const CLASSES: usize = memory.data(256);
mark("abcdefghijklmnopqrstuvwxyz0123456789-._", PLAIN | LITERAL);
mark("!#$%&'*+^`|~", PLAIN);

function mark(characters: string, classes: u8): void {
  for (let i = 0; i < characters.length; i++) store<u8>(CLASSES + <usize>characters.charCodeAt(i), classes);
}

/**
 * The header of an attribute: its name in lower case where HTTP and Envoy bear it as it is, else
 * `x-meltemi-a-` and the name escaped, so that no attribute can pass for a header that steers the proxy.
 * The result is good until the callback returns.
 */
export function attributeHeader(name: Slice): Slice {
  let at = name.ptr;
  const end = name.end;
  while (at < end && isPlain(load<u8>(at))) at++;
  // Most names are in lower case, and stand where they are.
  const lowered = at == end ? name : inLowerCase(name);
  let plain = name.length <= MAX_NAME_BYTES;
  for (; plain && at < end; at++) plain = isPlain(lower(load<u8>(at)));
  return plain && !isReserved(lowered) ? lowered : escaped(lowered);
}


@inline
function isPlain(byte: u8): bool {
  return (load<u8>(CLASSES + <usize>byte) & PLAIN) != 0;
}

function inLowerCase(name: Slice): Slice {
  const start = arenaTake(<usize>name.length);
  for (let i = 0; i < name.length; i++) store<u8>(start + <usize>i, lower(name.at(i)));
  return Slice.view(start, name.length);
}

function escaped(name: Slice): Slice {
  const cut = name.length > MAX_NAME_BYTES;
  const kept = cut ? KEPT_OF_LONGER : name.length;
  const prefix = escapedPrefix();
  const start = arenaTake(<usize>(prefix.length + 3 * kept + 17));
  memory.copy(start, prefix.ptr, <usize>prefix.length);
  let at = start + <usize>prefix.length;
  for (let i = 0; i < kept; i++) {
    const byte = name.at(i);
    if (load<u8>(CLASSES + <usize>byte) & LITERAL) {
      store<u8>(at++, byte);
      continue;
    }
    store<u8>(at, 0x25);
    store<u8>(at, lowerHexDigit(byte >> 4), 1);
    store<u8>(at, lowerHexDigit(byte & 15), 2);
    at += 3;
  }
  if (cut) {
    const hash = fnv1a64(FNV_OFFSET, name);
    store<u8>(at++, 0x2d);
    for (let i = 0; i < 16; i++) store<u8>(at++, lowerHexDigit((<u32>(hash >> (<u64>(60 - 4 * i)))) & 15));
  }
  return Slice.view(start, <i32>(at - start));
}

/** Is this header (lower case) an attribute, and not one of HTTP's or the proxy's own? */
export function isAttributeHeader(name: Slice): bool {
  return !isReserved(name) || name.startsWith(escapedPrefix());
}

/** An attribute's name in lower case, out of its header's. */
export function originalName(header: Slice): Slice {
  const prefix = escapedPrefix();
  if (!header.startsWith(prefix)) return header;
  const from = header.ptr + <usize>prefix.length;
  const length = header.length - prefix.length;
  const start = arenaTake(<usize>length + 1);
  let at = start;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(from + <usize>i);
    const high = byte == 0x25 && i + 2 < length ? hexValue(load<u8>(from + <usize>i, 1)) : -1;
    const low = high >= 0 ? hexValue(load<u8>(from + <usize>i, 2)) : -1;
    if (low >= 0) i += 2;
    store<u8>(at++, low >= 0 ? <u8>((high << 4) | low) : byte);
  }
  return Slice.view(start, <i32>(at - start));
}
