/** Cuts a stream of bytes into whole frames; what is not whole yet waits. */
export class Frames {
  private chunks: Buffer[] = [];
  private held = 0;
  private wanted: number;

  /** `lengthOf` gives a frame's length, its head included, once `head` bytes of it are there. */
  constructor(
    private readonly head: number,
    private readonly lengthOf: (bytes: Buffer, at: number) => number,
  ) {
    this.wanted = head;
  }

  /** The frames that are whole with this chunk. */
  take(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.held += chunk.length;
    // Big frames come in many chunks: they are put together once, at the end.
    if (this.held < this.wanted) return [];
    const bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const whole: Buffer[] = [];
    let at = 0;
    this.wanted = this.head;
    while (bytes.length - at >= this.head) {
      const length = this.lengthOf(bytes, at);
      if (bytes.length - at < length) {
        this.wanted = length;
        break;
      }
      whole.push(bytes.subarray(at, at + length));
      at += length;
    }
    this.chunks = at === bytes.length ? [] : [bytes.subarray(at)];
    this.held = bytes.length - at;
    return whole;
  }
}
