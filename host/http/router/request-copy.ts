import type { HeaderMap } from "../headers/index.js";

/** The request's body as far as it came, kept for another try; given up past its limit. */
export class RequestCopy {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #kept = true;
  ended = false;
  trailers: HeaderMap | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False once the body outgrew the limit, or nothing can be retried any more. */
  get complete(): boolean {
    return this.#kept;
  }

  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  add(chunk: Uint8Array): void {
    if (!this.#kept || chunk.length === 0) return;
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.drop();
    else this.#chunks.push(chunk);
  }

  drop(): void {
    this.#kept = false;
    this.#chunks = [];
  }
}
