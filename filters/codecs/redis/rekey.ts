import { Slice, Writer } from "meltemi/assembly";
import { attributeValue, hexValue } from "meltemi/assembly/attributes";
import { Call } from "./commands";
import { writeArray, writeBulk } from "./resp";

/**
 * Writes a command with another first key. Its other keys get the same change: the end that the old and the new key have in
 * common stays, and what stood before it is replaced in all of them. False: a key does not begin like the first.
 */
export function writeWithKey(call: Call, key: Slice, out: Writer): bool {
  const args = call.arguments;
  if (call.first == 0 || call.last >= args.length) return false;
  const old = call.key;
  compare(old, key);
  const before = Slice.view(old.ptr, oldStart);
  const after = Slice.view(key.ptr, newStart);
  for (let i = call.first + call.step; i <= call.last; i += call.step) if (!args.at(i).startsWith(before)) return false;
  writeArray(out, args.length);
  for (let i = 0; i < args.length; i++) {
    const argument = args.at(i);
    if (i >= call.first && i <= call.last && (i - call.first) % call.step == 0) {
      scratch.reset();
      scratch.bytes(after);
      scratch.copy(argument.ptr + <usize>before.length, argument.length - before.length);
      writeBulk(out, scratch.view());
    } else {
      writeBulk(out, argument);
    }
  }
  return true;
}

const scratch = new Writer();

// Where the end that both have in common starts, in the old key and in the new value.
let oldStart: i32 = 0;
let newStart: i32 = 0;

/**
 * Compares a key with its attribute's new value, from the end. The attribute had the key in a form that HTTP bears
 * (`attributeValue`): bytes that HTTP does not are `%XX` there, and still are in what a filter left of it.
 */
function compare(old: Slice, value: Slice): void {
  const form = attributeValue(old);
  // In a form that is escaped every `%` begins an escape.
  const isEscaped = form.length != old.length;
  oldStart = old.length;
  newStart = value.length;
  let left = form.length;
  while (oldStart > 0) {
    const size = isEscaped && left >= 3 && form.at(left - 3) == PERCENT ? 3 : 1;
    const token = Slice.view(form.ptr + <usize>(left - size), size);
    if (newStart >= size && token.equals(Slice.view(value.ptr + <usize>(newStart - size), size))) {
      newStart -= size;
    } else {
      // A blank that stands first now had to be escaped.
      if (newStart == 3 && isEscapeOf(old.at(oldStart - 1), value)) {
        oldStart--;
        newStart = 0;
      }
      return;
    }
    oldStart--;
    left -= size;
  }
}

function isEscapeOf(byte: u8, value: Slice): bool {
  if ((byte != SPACE && byte != TAB) || value.at(0) != PERCENT) return false;
  const high = hexValue(value.at(1));
  const low = hexValue(value.at(2));
  return high >= 0 && low >= 0 && ((high << 4) | low) == <i32>byte;
}

const PERCENT: u8 = 0x25;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
