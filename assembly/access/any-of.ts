import { Bytes, Slice } from "../bytes";
import { Fields } from "../json";

/** The texts that a rule names: what it speaks of is one of them, or anything where it names none. */
export class AnyOf {
  private texts: Array<Bytes> = [];

  /** A field that is a list of strings; missing is empty. What is wrong goes to the fields' problems. */
  static read(fields: Fields, name: string): AnyOf {
    const list = new AnyOf();
    const strings = fields.strings(name);
    for (let i = 0; i < strings.length; i++) list.texts.push(Bytes.of(strings[i]));
    return list;
  }

  /** How many are named; zero: anything is meant. */
  get length(): i32 {
    return this.texts.length;
  }

  /** The value at `index`, a view; the caller has checked `index < length`. */
  at(index: i32): Slice {
    return this.texts[index].view();
  }

  /** Is it one of them, byte for byte? */
  has(text: Slice): bool {
    for (let i = 0; i < this.texts.length; i++) if (this.at(i).equals(text)) return true;
    return this.texts.length == 0;
  }
}
