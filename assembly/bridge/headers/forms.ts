import { Slice } from "../../bytes";
import { attributeHeader, attributeValue, Digest, headerHash, MAX_VALUE_BYTES } from "../../attributes";
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
  /** Of forms that are kept from message to message: a number that no others have. Zero: they are good for one callback. */
  version: u32 = 0;
  private keptBytes: usize = 0;
  private headers: HeaderList = new HeaderList();
  /** For each header, the place of its attribute in the metadata. */
  private sources: StaticArray<i32> = new StaticArray<i32>(32);
  /** For each header, its hash. */
  private hashes: StaticArray<u64> = new StaticArray<u64>(32);
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

  /** The hash over this header's name and value. */
  @inline hashAt(index: i32): u64 {
    return unchecked(this.hashes[index]);
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
      const hash = headerHash(name, form);
      this.digestOf(name).add(hash);
      this.push(name, form, hash, i);
    }
  }

  /**
   * The digest over these headers.
   * @param traces also over those that tracers write
   */
  digestHex(traces: bool = true): Slice {
    return traces ? this.digest.hexWith(this.traceDigest) : this.digest.hex();
  }

  /** A hash of the digest over all. */
  get digestHash(): u64 {
    return this.digest.hashWith(this.traceDigest);
  }

  /** Keeps what `other` has, for as long as nothing else is kept here. */
  keep(other: AttributeForms, version: u32): void {
    const views: usize = <usize>other.length * 2 * offsetof<Slice>();
    let bytes = 0;
    for (let i = 0; i < other.length; i++) bytes += other.nameAt(i).length + other.valueAt(i).length;
    if (this.keptBytes) heap.free(this.keptBytes);
    this.keptBytes = heap.alloc(views + <usize>bytes);
    let view = this.keptBytes;
    let at = view + views;
    this.headers.clear();
    this.digest.reset();
    this.traceDigest.reset();
    for (let i = 0; i < other.length; i++) {
      const name = keptView(view, at, other.nameAt(i));
      const value = keptView(view + offsetof<Slice>(), name.end, other.valueAt(i));
      view += 2 * offsetof<Slice>();
      at = value.end;
      this.digestOf(name).add(other.hashAt(i));
      this.push(name, value, other.hashAt(i), other.sourceAt(i));
    }
    this.version = version;
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


  @inline private digestOf(name: Slice): Digest {
    return isTraceHeader(name) ? this.traceDigest : this.digest;
  }

  private push(name: Slice, value: Slice, hash: u64, source: i32): void {
    const index = this.length;
    if (index == this.sources.length) this.widen();
    unchecked((this.sources[index] = source));
    unchecked((this.hashes[index] = hash));
    this.headers.add(name, value);
  }

  private widen(): void {
    const length = this.sources.length;
    const sources = new StaticArray<i32>(length * 2);
    const hashes = new StaticArray<u64>(length * 2);
    for (let i = 0; i < length; i++) {
      sources[i] = this.sources[i];
      hashes[i] = this.hashes[i];
    }
    this.sources = sources;
    this.hashes = hashes;
  }
}

/** The same bytes, at a place of their own, and a view of them at another. */
function keptView(view: usize, at: usize, bytes: Slice): Slice {
  memory.copy(at, bytes.ptr, <usize>bytes.length);
  const slice = changetype<Slice>(view);
  slice.ptr = at;
  slice.length = bytes.length;
  return slice;
}
