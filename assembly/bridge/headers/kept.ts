import { Slice, Writer } from "../../bytes";
import { HeaderList } from "../hpack";
import { isMeaningful } from "./received";

const scratch = new Writer();

/** Copies the headers that a change of attributes needs: name length u32, value length u32, name, value, for each. */
export function keepHeaders(headers: HeaderList): usize {
  scratch.reset();
  scratch.u32le(0);
  for (let i = 0; i < headers.length; i++) {
    const name = headers.nameAt(i);
    if (!isMeaningful(name)) continue;
    scratch.u32le(name.length);
    scratch.u32le(headers.valueAt(i).length);
    scratch.bytes(name);
    scratch.bytes(headers.valueAt(i));
  }
  const kept = heap.alloc(<usize>scratch.length);
  memory.copy(kept, scratch.ptr, <usize>scratch.length);
  store<u32>(kept, <u32>scratch.length);
  return kept;
}

/** Puts kept headers back into a list of views, good as long as they are kept. */
export function recallHeaders(kept: usize, headers: HeaderList): void {
  headers.clear();
  const end = kept + <usize>load<u32>(kept);
  let at = kept + 4;
  while (at < end) {
    const name = Slice.view(at + 8, load<i32>(at));
    const value = Slice.view(name.end, load<i32>(at, 4));
    headers.add(name, value);
    at = value.end;
  }
}
