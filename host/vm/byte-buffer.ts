const NONE = new Uint8Array(0);

/**
 * Bytes that arrive in chunks: appended and prepended without a copy, drained from the front. Modules read and change
 * one through buffer host calls; chains may use it as their own buffer, so that nothing is copied between them.
 */
export class ByteBuffer {
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** A buffer that owns the given chunk (no copy). */
  static of(...chunks: Uint8Array[]): ByteBuffer {
    const buffer = new ByteBuffer();
    for (const chunk of chunks) buffer.append(chunk);
    return buffer;
  }

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Puts a chunk at the end; the buffer keeps the array, the caller must not change it any more. */
  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Puts a chunk at the front; the buffer keeps the array. */
  prepend(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.unshift(chunk);
    this.#length += chunk.length;
  }

  /** Moves everything out of `other` to the end of this one. */
  move(other: ByteBuffer): void {
    for (const chunk of other.takeChunks()) this.append(chunk);
  }

  /** Drops bytes from the front; never more than there are. */
  drain(count: number): void {
    let left = Math.min(count, this.#length);
    this.#length -= left;
    let dropped = 0;
    for (const chunk of this.#chunks) {
      if (chunk.length > left) break;
      left -= chunk.length;
      dropped++;
    }
    if (dropped > 0) this.#chunks.splice(0, dropped);
    const first = this.#chunks[0];
    if (left > 0 && first) this.#chunks[0] = first.subarray(left);
  }

  /** Copies `length` bytes from `start` into `target`; the caller has checked the range. */
  copyTo(target: Uint8Array, start: number, length: number): void {
    let skip = start;
    let at = 0;
    for (const chunk of this.#chunks) {
      if (at === length) return;
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      const part = chunk.subarray(skip, skip + length - at);
      target.set(part, at);
      at += part.length;
      skip = 0;
    }
  }

  /** All bytes in one array; the buffer keeps them. No copy while there is one chunk. */
  bytes(): Uint8Array {
    const [first] = this.#chunks;
    if (!first) return NONE;
    if (this.#chunks.length === 1) return first;
    const all = new Uint8Array(this.#length);
    this.copyTo(all, 0, this.#length);
    this.#chunks = [all];
    return all;
  }

  /** All bytes in one array; the buffer is empty afterwards. */
  take(): Uint8Array {
    const all = this.bytes();
    this.#chunks = [];
    this.#length = 0;
    return all;
  }

  /** The chunks as they are; the buffer is empty afterwards. */
  takeChunks(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    return chunks;
  }
}
