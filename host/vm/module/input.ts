import { ModuleError } from "./module-error.js";

/** A function's type in short, `parameters:results`, a letter each: i i32, j i64, f f32, d f64, v v128, r a reference. */
export type ShortType = string;

/** Initial and maximal size, in pages or elements. */
export interface Limits {
  readonly initial: number;
  readonly maximum?: number;
}

const LETTERS: Readonly<Record<number, string>> = {
  127: "i",
  126: "j",
  125: "f",
  124: "d",
  123: "v",
  112: "r",
  111: "r",
};
const WORDS: Readonly<Record<string, string>> = { i: "i32", j: "i64", f: "f32", d: "f64", v: "v128", r: "reference" };

/** A short type as people write it: `(i32, i32) -> i32`. */
export function longType(type: ShortType): string {
  const [parameters = "", results = ""] = type.split(":");
  const words = (letters: string) => [...letters].map((letter) => WORDS[letter] ?? letter).join(", ");
  return `(${words(parameters)}) -> ${results === "" ? "()" : words(results)}`;
}

/** The values that a module's binary form is made of (WebAssembly core specification, sections 5.2 and 5.3). */
export class Input {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new ModuleError("the module is cut off");
    return value;
  }

  u32le(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }

  /** LEB128. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModuleError("a number in the module is too long");
  }

  name(): string {
    const length = this.unsigned();
    const text = Buffer.from(this.bytes.subarray(this.at, this.at + length)).toString("utf8");
    this.at += length;
    return text;
  }

  functionType(): ShortType {
    if (this.byte() !== 0x60)
      throw new ModuleError("the module uses types beyond functions (GC), which Envoy does not load");
    return `${this.valueTypes()}:${this.valueTypes()}`;
  }

  valueTypes(): string {
    let letters = "";
    for (let count = this.unsigned(); count > 0; count--) letters += LETTERS[this.byte()] ?? "?";
    return letters;
  }

  limits(): Limits {
    const flags = this.byte();
    const initial = this.unsigned();
    return flags & 1 ? { initial, maximum: this.unsigned() } : { initial };
  }
}
