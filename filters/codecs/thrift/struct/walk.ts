import { Reader } from "meltemi/assembly";
import { BinaryValues } from "./binary";
import { CompactValues } from "./compact";
import { Open, Values, Walked } from "./values";

/** Apache's own libraries stop here. */
const MAX_DEPTH: i32 = 64;
/** No frame may be longer, whatever its limit: what declares more is no struct. */
const MAX_BYTES: u64 = 1 << 30;
/** In place of a count: a struct, whose end only its stop field tells. */
const STRUCT: u64 = u64.MAX_VALUE;

const binary: Values = new BinaryValues();
const compact: Values = new CompactValues();

/**
 * Finds where a struct ends, without a schema. What was walked is not walked again when more bytes come: the state is a
 * stack of open structs and collections, so that a message that comes a byte at a time costs no more than one in a piece.
 */
export class StructWalk extends Open {
  /** Bytes walked, from the start of the frame. */
  at: i32 = 0;
  private values: Values = binary;
  private depth: i32 = 0;
  /** Bytes of a value to be passed over. */
  private skipping: u64 = 0;
  private counts: StaticArray<u64> = new StaticArray<u64>(MAX_DEPTH);
  private keyTypes: StaticArray<u8> = new StaticArray<u8>(MAX_DEPTH);
  private valueTypes: StaticArray<u8> = new StaticArray<u8>(MAX_DEPTH);

  /** Begins at a struct, `at` bytes from the start of the frame. */
  start(at: i32, isCompact: bool): void {
    this.at = at;
    this.values = isCompact ? compact : binary;
    this.depth = 0;
    this.skipping = 0;
    this.openStruct();
  }

  /** Walks on; `input` begins with the frame, and has all that earlier calls saw. */
  run(input: Reader): Walked {
    input.seek(this.at);
    while (true) {
      if (this.skipping > 0) {
        const step = <i32>min(this.skipping, <u64>input.remaining);
        input.skip(step);
        this.skipping -= <u64>step;
        this.at = input.position;
        if (this.skipping > 0) return Walked.More;
      }
      if (this.depth == 0) return Walked.Done;
      const result = this.step(input);
      if (result != Walked.Next) return result;
      this.at = input.position;
    }
  }

  /** One field or element as far as its head tells. Nothing here changes before all of its bytes are there. */
  private step(input: Reader): Walked {
    const top = this.depth - 1;
    const count = unchecked(this.counts[top]);
    if (count == STRUCT) return this.values.field(input, this);
    if (count == 0) {
      this.depth--;
      return Walked.Next;
    }
    // A map counts its keys and its values: with an even number to go, a key is next.
    const type = count & 1 ? unchecked(this.valueTypes[top]) : unchecked(this.keyTypes[top]);
    const result = this.values.value(input, type, this);
    if (result == Walked.Next) unchecked((this.counts[top] = count - 1));
    return result;
  }

  closeStruct(): Walked {
    this.depth--;
    return Walked.Next;
  }

  openStruct(): Walked {
    return this.open(STRUCT, 0, 0);
  }

  open(count: u64, keyType: u8, valueType: u8): Walked {
    if (this.depth == MAX_DEPTH) return Walked.Bad;
    unchecked((this.counts[this.depth] = count));
    unchecked((this.keyTypes[this.depth] = keyType));
    unchecked((this.valueTypes[this.depth] = valueType));
    this.depth++;
    return Walked.Next;
  }

  skip(length: u64): Walked {
    if (length >= MAX_BYTES) return Walked.Bad;
    this.skipping = length;
    return Walked.Next;
  }
}
