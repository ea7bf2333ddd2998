import { Slice } from "../../bytes";
import { attributeHeader, attributeValue, Digest, MAX_VALUE_BYTES } from "../../attributes";
import { Metadata } from "../../codec";
import { HeaderLimits } from "./limits";

/**
 * The headers that a message's attributes become. The codec that writes them and the one that looks for changes work
 * them out in the same way, so both see the same list. Reused from message to message.
 */
export class AttributeForms {
  /** Attributes that got no header: of a name that was there, too long, or too many. */
  dropped: i32 = 0;
  private count: i32 = 0;
  private names: Array<usize> = [];
  private values: Array<usize> = [];
  private sources: Array<i32> = [];
  private digest: Digest = new Digest();

  /** Headers in all. */
  @inline get length(): i32 {
    return this.count;
  }


  @inline nameAt(index: i32): Slice {
    return changetype<Slice>(unchecked(this.names[index]));
  }


  @inline valueAt(index: i32): Slice {
    return changetype<Slice>(unchecked(this.values[index]));
  }

  /** The attribute, by its place in the metadata, that this header stands for. */
  @inline sourceAt(index: i32): i32 {
    return unchecked(this.sources[index]);
  }

  /** Works out the headers of `meta`; null: a message without any. */
  of(meta: Metadata | null, limits: HeaderLimits): void {
    this.count = 0;
    this.dropped = 0;
    this.digest.reset();
    if (meta == null) return;
    let bytes = 0;
    for (let i = 0; i < meta.length; i++) {
      const value = meta.valueAt(i);
      if (value.length > MAX_VALUE_BYTES || this.count >= limits.headers) {
        this.dropped++;
        continue;
      }
      const name = attributeHeader(meta.nameAt(i));
      const form = attributeValue(value);
      if (bytes + name.length + form.length > limits.headerBytes || this.find(name) >= 0) {
        this.dropped++;
        continue;
      }
      bytes += name.length + form.length;
      this.digest.add(name, form);
      this.push(name, form, i);
    }
  }

  /** The digest over these headers. */
  digestHex(): Slice {
    return this.digest.hex();
  }

  /** Where the header of this name stands, or -1. */
  find(name: Slice): i32 {
    const length = name.length;
    const last = length > 0 ? name.at(length - 1) : 0;
    for (let i = 0; i < this.count; i++) {
      const other = this.nameAt(i);
      if (other.length == length && (length == 0 || other.at(length - 1) == last) && other.equals(name)) return i;
    }
    return -1;
  }

  private push(name: Slice, value: Slice, source: i32): void {
    if (this.count == this.names.length) {
      this.names.push(0);
      this.values.push(0);
      this.sources.push(0);
    }
    unchecked((this.names[this.count] = changetype<usize>(name)));
    unchecked((this.values[this.count] = changetype<usize>(value)));
    unchecked((this.sources[this.count] = source));
    this.count++;
  }
}
