import { Bytes, Slice } from "meltemi/assembly";
import { Element } from "../resp";

const MAX_NAME: i32 = 16;

/** One answer of the server's as its elements come: what it is, and where it ends. */
export class Answer {
  /** The type of its first element, and how many elements belong to that. */
  type: u8 = 0;
  children: i64 = 0;
  /** Of an array or a push: its first element, where that is a short text. */
  name: Bytes = Bytes.of("");
  /** Its last element, where that is a whole number. */
  last: i32 = 0;
  private left: i64 = 0;
  private index: i32 = 0;

  /** Is the next element the first of an answer? */
  get isOver(): bool {
    return this.left == 0;
  }

  /** Takes the next element, whose beginning is in `bytes`. */
  take(element: Element, bytes: Slice): void {
    if (this.left == 0) {
      this.left = 1;
      this.index = 0;
      this.type = element.type;
      this.children = element.children;
      this.last = 0;
      if (this.name.length > 0) this.name = Bytes.of("");
    } else {
      this.index++;
    }
    this.left += element.children - 1;
    if (this.children < 2 || this.children > 4) return;
    if (this.index == 1 && element.type == BULK && element.length <= <u64>(element.head + MAX_NAME + 2)) {
      const length = min(<i32>element.length - element.head - 2, bytes.length - element.head);
      if (length > 0) this.name = Bytes.copyOf(Slice.view(bytes.ptr + <usize>element.head, length));
    }
    if (element.type == INTEGER && bytes.length > 3) this.last = Slice.view(bytes.ptr + 1, bytes.length - 3).decimal();
  }
}

const BULK: u8 = 0x24;
const INTEGER: u8 = 0x3a;
