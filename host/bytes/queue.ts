const EMPTY = new Uint8Array(0);

/**
 * A queue of bytes made of views: what a connection has read and no filter has taken yet. Chunks are appended and
 * drained without copies; reading across chunks joins them once.
 */
export class ByteQueue {
  private chunks: Uint8Array[] = [];
  private size = 0;

  /** How many bytes are queued. */
  get length(): number {
    return this.size;
  }

  /** Adds bytes at the end. The queue keeps the view, so the caller must not change it afterwards. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.push(bytes);
    this.size += bytes.length;
  }

  /** Moves everything that `other` has to the end of this queue. */
  appendQueue(other: ByteQueue): void {
    for (const chunk of other.takeChunks()) this.append(chunk);
  }

  /** Puts bytes in front. */
  prepend(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.unshift(bytes);
    this.size += bytes.length;
  }

  /** Drops up to `count` bytes from the front. */
  drain(count: number): void {
    let left = Math.min(count, this.size);
    this.size -= left;
    if (this.size === 0) {
      this.chunks = [];
      return;
    }
    let index = 0;
    for (; left > 0; index++) {
      const chunk = this.chunks[index] ?? EMPTY;
      if (chunk.length > left) {
        this.chunks[index] = chunk.subarray(left);
        break;
      }
      left -= chunk.length;
    }
    if (index > 0) this.chunks.splice(0, index);
  }

  /** All bytes as one view; stays valid when the queue changes later. */
  view(): Uint8Array {
    const first = this.chunks[0];
    if (first === undefined) return EMPTY;
    if (this.chunks.length === 1) return first;
    const joined = join(this.chunks, this.size);
    this.chunks = [joined];
    return joined;
  }

  /** `length` bytes from `start` on, clamped to what is there. */
  slice(start: number, length: number): Uint8Array {
    const from = Math.min(Math.max(start, 0), this.size);
    return this.view().subarray(from, Math.min(from + length, this.size));
  }

  /** Replaces `length` bytes from `start` on (both clamped) by `bytes`. */
  splice(start: number, length: number, bytes: Uint8Array): void {
    const from = Math.min(Math.max(start, 0), this.size);
    const until = Math.min(from + length, this.size);
    const old = this.view();
    this.chunks = [old.subarray(0, from), bytes, old.subarray(until)].filter((chunk) => chunk.length > 0);
    this.size = from + bytes.length + (old.length - until);
  }

  /** Takes everything out as it lies, in chunks. */
  takeChunks(): Uint8Array[] {
    const chunks = this.chunks;
    this.chunks = [];
    this.size = 0;
    return chunks;
  }

  /** Takes everything out as one view. */
  take(): Uint8Array {
    const bytes = this.view();
    this.chunks = [];
    this.size = 0;
    return bytes;
  }
}

function join(chunks: Uint8Array[], size: number): Uint8Array {
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
