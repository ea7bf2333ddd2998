/**
 * What an HTTP/2 session is given at once. node hands a stream views of the bytes as they were read, so one unread DATA frame
 * keeps all that came with it in memory. This is DATA's usual size, so what is kept is at most twice what the windows count.
 */
const PIECE = 16_384;

/** Views of the bytes, none of them large, for a reader that is an HTTP/2 session. */
export function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
