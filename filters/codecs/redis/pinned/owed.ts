import { Bytes } from "meltemi/assembly";

/** What an answer that the server owes is to: what it changes once it is there. */
export enum Asked {
  /** Nothing that the proxy has to know. */
  Plain,
  Discard,
  Exec,
  ModeOff,
  ModeOn,
  Monitor,
  Multi,
  Reset,
  Select,
  /** What the proxy asked; the client gets nothing. */
  Swallowed,
  Subscribed,
  Unwatch,
  Watch,
}

const COMPACT: i32 = 1024;

/** The answers that a server owes to a session, in their order. */
export class Owed {
  private kinds: Array<i32> = [];
  private values: Array<i32> = [];
  private instead: Array<Bytes | null> = [];
  private first: i32 = 0;

  get isEmpty(): bool {
    return this.first == this.kinds.length;
  }

  /**
   * @param value of `Select` the database, of modes the mode, of `Subscribed` how many confirmations come
   * @param instead what the client gets in the answer's place
   */
  add(kind: Asked, value: i32 = 0, instead: Bytes | null = null): void {
    this.kinds.push(kind);
    this.values.push(value);
    this.instead.push(instead);
  }

  get kind(): Asked {
    return this.isEmpty ? Asked.Plain : this.kinds[this.first];
  }

  get value(): i32 {
    return this.isEmpty ? 0 : this.values[this.first];
  }

  set value(value: i32) {
    if (!this.isEmpty) this.values[this.first] = value;
  }

  get substitute(): Bytes | null {
    return this.isEmpty ? null : this.instead[this.first];
  }

  /** The first is answered. */
  settle(): void {
    if (this.isEmpty) return;
    this.instead[this.first++] = null;
    if (this.first < this.kinds.length && this.first < COMPACT) return;
    this.kinds.splice(0, this.first);
    this.values.splice(0, this.first);
    this.instead.splice(0, this.first);
    this.first = 0;
  }
}
