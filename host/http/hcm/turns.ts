/** Who takes turns: one stream's answer. */
export interface Turn {
  /** There is room: the source may go on. */
  onTurn(): void;
}

/**
 * Whose answer goes on when a connection takes bytes again. The one that began first does, and the next only when that has
 * nothing at hand. All at once they would go out in small pieces of each, and a codec that puts frames together again
 * would have to keep a part of every one.
 */
export class Turns {
  /** In the order in which they began; true: stopped, and ready to go on. */
  readonly #streams = new Map<Turn, boolean>();
  readonly #blocked: () => boolean;
  #scheduled = false;

  /** @param blocked whether the connection takes no more bytes at the moment */
  constructor(blocked: () => boolean) {
    this.#blocked = blocked;
  }

  /** An answer begins. */
  begin(stream: Turn): void {
    this.#streams.set(stream, false);
  }

  /** It is over. */
  end(stream: Turn): void {
    if (this.#streams.delete(stream)) this.next();
  }

  /** What the stream had is gone, and its source may go on when the turn comes. */
  ready(stream: Turn): void {
    if (!this.#streams.has(stream)) return;
    this.#streams.set(stream, true);
    this.next();
  }

  /** Lets the first go on, if there is room. */
  next(): void {
    if (this.#scheduled || this.#blocked()) return;
    for (const [stream, ready] of this.#streams) {
      if (!ready) continue;
      this.#streams.set(stream, false);
      // What this one has at hand comes before the next is asked.
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.next();
      });
      stream.onTurn();
      return;
    }
  }
}
