import {
  BufferType,
  proxy_get_buffer_bytes,
  proxy_get_buffer_status,
  proxy_set_buffer_bytes,
  RESULT,
  RESULT_EXTRA,
  RESULT_SIZE,
  resultBytes,
  Status,
} from "../abi";
import { Slice } from "../bytes";

/**
 * Bytes of a buffer that this callback may read, from `start`, `length` of them at most; empty where there are none.
 * A copy in the callback's memory, good until the callback returns.
 */
export function getBuffer(type: BufferType, start: i32, length: i32): Slice {
  return proxy_get_buffer_bytes(type, start, length, RESULT, RESULT_SIZE) == Status.Ok ? resultBytes() : Slice.empty();
}

/**
 * Replaces `length` bytes of a buffer from `start` on by `bytes`. As Envoy does it: `start` 0 drains `length` bytes and
 * puts `bytes` in front; `start` at or past the end appends.
 */
export function setBuffer(type: BufferType, start: i32, length: i32, bytes: Slice): Status {
  return proxy_set_buffer_bytes(type, start, length, bytes.ptr, bytes.length);
}

/** How many bytes a buffer holds. */
export function bufferSize(type: BufferType): i32 {
  return proxy_get_buffer_status(type, RESULT, RESULT_EXTRA) == Status.Ok ? load<i32>(RESULT) : 0;
}
