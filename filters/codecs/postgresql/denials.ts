import { Bytes, Slice, Writer } from "meltemi/assembly";

// A statement that may not be is sent on as one that no server understands. So the server itself says no, at its place
// among the answers, and its transaction fails as by any other error; only the words of the error are then put right.
const MARK = Slice.fixed("meltemi_denied_");

/** The statements of a session that were made unintelligible, and why. */
export class Denials {
  private last: i32 = 0;
  private numbers: Array<i32> = [];
  private reasons: Array<Bytes> = [];

  /** Writes the text to send instead, with the zero byte that ends it. */
  add(reason: Slice, out: Writer): void {
    this.last++;
    this.numbers.push(this.last);
    this.reasons.push(Bytes.copyOf(reason));
    out.bytes(MARK);
    out.decimal(this.last);
    out.u8(0);
  }

  /** Why, if this text of the server's is about such a statement; else null. */
  reasonFor(text: Slice): Bytes | null {
    if (this.numbers.length == 0) return null;
    for (let i = 0; i + MARK.length < text.length; i++) {
      if (!Slice.view(text.ptr + <usize>i, text.length - i).startsWith(MARK)) continue;
      let at = i + MARK.length;
      let number = 0;
      while (at < text.length && text.at(at) >= 0x30 && text.at(at) <= 0x39)
        number = number * 10 + text.at(at++) - 0x30;
      const index = this.numbers.indexOf(number);
      return index < 0 ? null : this.reasons[index];
    }
    return null;
  }

  /** Nothing that was sent is still unanswered. */
  clear(): void {
    if (this.numbers.length == 0) return;
    this.numbers = [];
    this.reasons = [];
  }
}
