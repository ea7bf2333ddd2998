import { arenaTake, Slice } from "../bytes";
import { Status } from "./types";

/** Where host calls write a pointer, a size and a number; taken at once after the call. */
const SLOTS: usize = memory.data(16, 8);

/** The slot for a pointer to bytes, or for any number of up to eight bytes. */
export const RESULT: usize = SLOTS;
/** The slot for a size. */
export const RESULT_SIZE: usize = SLOTS + 4;
/** The slot for a second number beside a pointer and a size. */
export const RESULT_EXTRA: usize = SLOTS + 8;

/** The bytes that the last host call handed in. Envoy gives pointer 0 for none. */
export function resultBytes(): Slice {
  const ptr = <usize>load<u32>(RESULT);
  return ptr == 0 ? Slice.empty() : Slice.view(ptr, load<i32>(RESULT_SIZE));
}

export function resultBytesOrNull(status: Status): Slice | null {
  return status == Status.Ok ? resultBytes() : null;
}

/** The allocator that the host uses for bytes that it hands in: memory of the arena, so nobody frees it. */
export function allocateForHost(size: i32): usize {
  return arenaTake(<usize>max(size, 1));
}
