import { Slice, Writer } from "meltemi/assembly";
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
  const most = min(old.length, key.length);
  let common = 0;
  while (common < most && old.at(old.length - 1 - common) == key.at(key.length - 1 - common)) common++;
  const before = Slice.view(old.ptr, old.length - common);
  const after = Slice.view(key.ptr, key.length - common);
  for (let i = call.first + call.step; i <= call.last; i += call.step) if (!args.at(i).startsWith(before)) return false;
  writeArray(out, args.length);
  for (let i = 0; i < args.length; i++) {
    const argument = args.at(i);
    if (i == call.first) {
      writeBulk(out, key);
    } else if (i > call.first && i <= call.last && (i - call.first) % call.step == 0) {
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
