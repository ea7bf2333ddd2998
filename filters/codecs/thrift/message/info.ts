// infos = info*, where an unknown one, or a zero, ends what can be read      info = 01, count varint, pairs
// pair  = key, value, each a length varint and bytes                                                   (HeaderFormat.md)
import { Reader, Slice } from "meltemi/assembly";
import { readVarint } from "../wire";

const KEY_VALUE: u64 = 1;

/** Walks the keys and values in THeader's headers. */
export class InfoEntries {
  key: Slice = Slice.empty();
  value: Slice = Slice.empty();
  /** Where the current pair begins and ends, from the start of the frame. */
  at: i32 = 0;
  end: i32 = 0;
  /** What cannot be read of the headers: padding, or infos that we do not know. */
  restAt: i32 = 0;
  private input: Reader = new Reader();
  private count: u64 = 0;
  private failed: bool = false;

  /** @param frame up to the end of its headers */
  open(frame: Slice, infosAt: i32, headersEnd: i32): void {
    this.input.reset(frame.ptr, min(frame.length, headersEnd));
    this.input.seek(infosAt);
    this.restAt = infosAt;
    this.count = 0;
    this.failed = false;
  }

  /** False after the last one, or where the headers are out of shape. */
  next(): bool {
    const input = this.input;
    while (this.count == 0) {
      this.restAt = input.position;
      if (input.remaining == 0 || readVarint(input) != KEY_VALUE) return false;
      this.count = readVarint(input);
    }
    this.at = input.position;
    this.key = this.text();
    this.value = this.text();
    this.end = input.position;
    this.count--;
    this.failed = !input.ok;
    return input.ok;
  }

  /** Did `next` end because something was not there that should be? */
  @inline get broken(): bool {
    return this.failed;
  }

  private text(): Slice {
    const length = readVarint(this.input);
    if (length <= <u64>this.input.remaining) return this.input.bytes(<i32>length);
    this.input.fail();
    return Slice.empty();
  }
}
