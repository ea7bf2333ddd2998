const NONE = new Uint8Array(0);

/** A module's memory. Views are made again only when it has grown. */
export class Memory {
  #bytes: Uint8Array;
  #buffer: Buffer;
  #words: DataView;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.#bytes = new Uint8Array(memory.buffer);
    this.#buffer = Buffer.from(memory.buffer);
    this.#words = new DataView(memory.buffer);
  }

  /** All of it; not to be kept: growing detaches it. */
  get bytes(): Uint8Array {
    // Growing detaches the old buffer, which leaves the view empty.
    if (this.#bytes.length === 0) this.#renew();
    return this.#bytes;
  }

  /** A view of what a module points to, valid until it runs again; undefined outside its memory. */
  view(pointer: number, length: number): Uint8Array | undefined {
    const start = pointer >>> 0;
    const size = length >>> 0;
    const bytes = this.bytes;
    if (start + size > bytes.length) return undefined;
    return size === 0 ? NONE : bytes.subarray(start, start + size);
  }

  /** A copy, to keep. */
  copy(pointer: number, length: number): Uint8Array | undefined {
    return this.view(pointer, length)?.slice();
  }

  /** As a byte string. */
  byteString(pointer: number, length: number): string | undefined {
    return this.#string(pointer, length, "latin1");
  }

  /** As text. */
  text(pointer: number, length: number): string | undefined {
    return this.#string(pointer, length, "utf8");
  }

  u32(pointer: number): number | undefined {
    return this.#fits(pointer, 4) ? this.#words.getUint32(pointer >>> 0, true) : undefined;
  }

  setU32(pointer: number, value: number): boolean {
    if (!this.#fits(pointer, 4)) return false;
    this.#words.setUint32(pointer >>> 0, value, true);
    return true;
  }

  setU64(pointer: number, value: bigint): boolean {
    if (!this.#fits(pointer, 8)) return false;
    this.#words.setBigUint64(pointer >>> 0, value, true);
    return true;
  }

  set(pointer: number, data: Uint8Array): boolean {
    if (!this.#fits(pointer, data.length)) return false;
    this.bytes.set(data, pointer >>> 0);
    return true;
  }

  /** Straight from the whole memory: a view for each small string costs more than the string. */
  #string(pointer: number, length: number, encoding: "latin1" | "utf8"): string | undefined {
    const start = pointer >>> 0;
    const end = start + (length >>> 0);
    return end <= this.bytes.length ? this.#buffer.toString(encoding, start, end) : undefined;
  }

  #fits(pointer: number, length: number): boolean {
    return (pointer >>> 0) + length <= this.bytes.length;
  }

  #renew(): void {
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#buffer = Buffer.from(this.memory.buffer);
    this.#words = new DataView(this.memory.buffer);
  }
}
