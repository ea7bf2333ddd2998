import { Slice } from "../../bytes";
import { attributeHeader, attributeValue, Digest, MAX_VALUE_BYTES } from "../../attributes";
import { Metadata } from "../../codec";
import { HeaderList } from "../hpack";
import { HeaderLimits } from "./limits";
import { isTraceHeader } from "./trace";

/**
 * The headers that a message's attributes become. The codec that writes them and the one that looks for changes work
 * them out in the same way, so both see the same list. Reused from message to message.
 */
export class AttributeForms {
  /** Attributes that got no header: of a name that was there, too long, or too many. */
  dropped: i32 = 0;
  private headers: HeaderList = new HeaderList();
  /** For each header, the place of its attribute in the metadata. */
  private sources: StaticArray<i32> = new StaticArray<i32>(32);
  private digest: Digest = new Digest();
  private traceDigest: Digest = new Digest();

  /** Headers in all. */
  @inline get length(): i32 {
    return this.headers.length;
  }


  @inline nameAt(index: i32): Slice {
    return this.headers.nameAt(index);
  }


  @inline valueAt(index: i32): Slice {
    return this.headers.valueAt(index);
  }

  /** The attribute, by its place in the metadata, that this header stands for. */
  @inline sourceAt(index: i32): i32 {
    return unchecked(this.sources[index]);
  }

  /** Works out the headers of `meta`; null: a message without any. */
  of(meta: Metadata | null, limits: HeaderLimits): void {
    this.headers.clear();
    this.dropped = 0;
    this.digest.reset();
    this.traceDigest.reset();
    if (meta == null) return;
    let bytes = 0;
    for (let i = 0; i < meta.length; i++) {
      const value = meta.valueAt(i);
      if (value.length > MAX_VALUE_BYTES || this.length >= limits.headers) {
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
      (isTraceHeader(name) ? this.traceDigest : this.digest).add(name, form);
      this.push(name, form, i);
    }
  }

  /**
   * The digest over these headers.
   * @param traces also over those that tracers write
   */
  digestHex(traces: bool = true): Slice {
    return traces ? this.digest.hexWith(this.traceDigest) : this.digest.hex();
  }

  /** Where the header of this name stands, or -1. */
  find(name: Slice): i32 {
    const length = name.length;
    const last = length > 0 ? name.at(length - 1) : 0;
    for (let i = 0; i < this.length; i++) {
      const other = this.nameAt(i);
      if (other.length == length && (length == 0 || other.at(length - 1) == last) && other.equals(name)) return i;
    }
    return -1;
  }

  private push(name: Slice, value: Slice, source: i32): void {
    const index = this.length;
    if (index == this.sources.length) this.widen();
    unchecked((this.sources[index] = source));
    this.headers.add(name, value);
  }

  private widen(): void {
    const wider = new StaticArray<i32>(this.sources.length * 2);
    for (let i = 0; i < this.sources.length; i++) wider[i] = this.sources[i];
    this.sources = wider;
  }
}
