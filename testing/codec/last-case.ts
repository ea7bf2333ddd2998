import type { Turn } from "./samples.js";

/*
 * In memory that two threads share, the conversation that is under way:
 *   count:i32 server:i32 nameLength:i32 length:i32 name bytes
 */
const WORDS = 4;
const HEAD = WORDS * 4;
const MOST_NAME = 512;
const MOST_BYTES = 1 << 20;

/** A conversation, as far as it fits. */
export interface LastCase {
  readonly name: string;
  readonly from: Turn["from"];
  readonly bytes: Uint8Array;
}

/** What a checking thread is at, for the thread that watches it. */
export class LastCaseBoard {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(readonly memory = new SharedArrayBuffer(HEAD + MOST_NAME + MOST_BYTES)) {
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#bytes = new Uint8Array(memory, HEAD);
  }

  /** How many conversations have begun. */
  get count(): number {
    return Atomics.load(this.#words, 0);
  }

  write(name: string, turns: readonly Turn[]): void {
    const label = Buffer.from(name).subarray(0, MOST_NAME);
    this.#bytes.set(label);
    let length = 0;
    for (const { bytes } of turns) {
      const part = bytes.subarray(0, MOST_BYTES - length);
      this.#bytes.set(part, MOST_NAME + length);
      length += part.length;
    }
    this.#words[1] = Number(turns[0]?.from === "Server");
    this.#words[2] = label.length;
    this.#words[3] = length;
    Atomics.add(this.#words, 0, 1);
  }

  read(): LastCase {
    const [, server = 0, nameLength = 0, length = 0] = this.#words;
    return {
      name: Buffer.from(this.#bytes.slice(0, nameLength)).toString(),
      from: server === 1 ? "Server" : "Client",
      bytes: this.#bytes.slice(MOST_NAME, MOST_NAME + length),
    };
  }
}
