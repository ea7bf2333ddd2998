import { Slice } from "../../bytes";

// What calls under way may keep for their records, in each worker. Past that, calls have no record.
const MOST_BYTES: i32 = 8388608;

let bytes: i32 = 0;

/** Keeps a copy outside the garbage collector: u32 length, content. Zero: there is no room. */
export function keep(content: Slice): usize {
  if (bytes + content.length > MOST_BYTES) return 0;
  const at = heap.alloc(4 + <usize>content.length);
  store<u32>(at, content.length);
  memory.copy(at + 4, content.ptr, <usize>content.length);
  bytes += content.length;
  return at;
}

/** What was kept; nothing for zero. Good as long as it is kept. */
export function keptAt(at: usize): Slice {
  return at == 0 ? Slice.empty() : Slice.view(at + 4, load<u32>(at));
}

export function discard(at: usize): void {
  if (at == 0) return;
  bytes -= load<u32>(at);
  heap.free(at);
}
