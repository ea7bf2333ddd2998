// The component model's canonical ABI with UTF-16 strings, which AssemblyScript's are: a string is an address and so many
// code units, a list an address and so many elements, a result lies in memory.
import { releaseArena, Slice } from "../bytes";

const strings: string[] = [];
let given: usize[] = [];

/** Memory for the caller's arguments, until `release`. */
export function take(old: usize, oldSize: usize, size: usize): usize {
  const at = heap.alloc(max<usize>(size, 1));
  if (old != 0) memory.copy(at, old, min(oldSize, size));
  given.push(at);
  return at;
}

/** Writes a string's address and length. */
export function putText(to: usize, bytes: Slice): void {
  putString(to, bytes.toString());
}

/** The same of a string that is there; it lives until `release`. */
export function putString(to: usize, text: string): void {
  strings.push(text);
  store<usize>(to, changetype<usize>(text));
  store<i32>(to, text.length, 4);
}

/** A string of the caller's, in UTF-8. */
export function bytesOf(at: usize, units: i32): Slice {
  const room = take(0, 0, <usize>units * 3 + 1);
  return Slice.view(room, <i32>String.UTF8.encodeUnsafe(at, units, room));
}

/** After a call: what it was given, and what it gave. */
export function release(): void {
  for (let i = 0; i < given.length; i++) heap.free(given[i]);
  given = [];
  strings.length = 0;
  releaseArena();
  __collect();
}
