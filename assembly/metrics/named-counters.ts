import { Bytes, Slice } from "../bytes";
import { LateCounter } from "./late-counter";

/**
 * Counters by names that peers send (error codes): `<prefix><name>`. Names cannot make metrics without end: past so many,
 * and where one is empty, too long or not made of letters, digits and `_`, it counts as `<prefix>other`.
 */
export class NamedCounters {
  private names: Array<Bytes> = [];
  private counters: Array<LateCounter> = [];
  private others: LateCounter;

  /**
   * @param most how many names, `other` aside; they are searched one by one
   * @param longest of a name, in bytes
   */
  constructor(
    private prefix: string,
    private most: i32,
    private longest: i32,
  ) {
    this.others = new LateCounter(prefix + "other");
  }

  /** Counts one more of this name. */
  increment(name: Slice): void {
    this.find(name).increment();
  }

  private find(name: Slice): LateCounter {
    for (let i = 0; i < this.names.length; i++) if (this.names[i].view().equals(name)) return this.counters[i];
    if (this.names.length >= this.most || !this.isName(name)) return this.others;
    const counter = new LateCounter(this.prefix + name.toString());
    this.names.push(Bytes.copyOf(name));
    this.counters.push(counter);
    return counter;
  }

  private isName(text: Slice): bool {
    for (let i = 0; i < text.length; i++) {
      const byte = text.at(i);
      const letter = byte | 0x20;
      const fits = (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5f;
      if (!fits) return false;
    }
    return text.length > 0 && text.length <= this.longest;
  }
}
