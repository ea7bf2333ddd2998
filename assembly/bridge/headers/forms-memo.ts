import { sameBytes, Slice } from "../../bytes";
import { Metadata } from "../../codec";
import { AttributeForms } from "./forms";
import { HeaderLimits } from "./limits";

/** Operations whose last request is remembered; two that meet in a place share it. */
const PLACES: u32 = 16;
/** What says more than this is worked out each time: a client's attributes are no reason to keep much. */
const MOST_BYTES: usize = 4096;

/**
 * The headers of requests that say the same as one before: most callers ask the same again and again, and comparing is less
 * than half of the work. What an operation says for the second time in a row is kept, outside the garbage collector, so
 * attributes that are new in each request (a trace's id) are never copied.
 */
export class FormsMemo {
  private fresh: AttributeForms = new AttributeForms();
  private places: StaticArray<Remembered> = new StaticArray<Remembered>(PLACES);

  constructor() {
    for (let i: u32 = 0; i < PLACES; i++) this.places[i] = new Remembered();
  }

  /** The headers of `meta`, good until the next call; null: a message without any. */
  of(meta: Metadata | null, limits: HeaderLimits): AttributeForms {
    const fresh = this.fresh;
    if (meta == null) {
      fresh.of(null, limits);
      return fresh;
    }
    const place = unchecked(this.places[placeOf(meta)]);
    if (place.is(meta, limits)) return place.forms;
    fresh.of(meta, limits);
    place.met(meta, limits, fresh);
    return fresh;
  }
}

/** Operations that differ in length or in their last letter have places of their own. */
@inline
function placeOf(meta: Metadata): u32 {
  const operation = meta.operation;
  const last = operation.length > 0 ? <u32>operation.at(operation.length - 1) : 0;
  return (last + 3 * <u32>operation.length + <u32>meta.service.length) & (PLACES - 1);
}

let keptEver: u32 = 0;

/** What a request said, `length u32, bytes` for its service, its operation, and each name and value; and its headers. */
class Remembered {
  readonly forms: AttributeForms = new AttributeForms();
  /** What bounded it. */
  private headers: i32 = 0;
  private headerBytes: i32 = 0;
  private count: i32 = 0;
  private said: usize = 0;
  /** The digest of the request that was met last. */
  private digest: u64 = 0;

  /** Does this request say the same? */
  is(meta: Metadata, limits: HeaderLimits): bool {
    if (this.said == 0 || this.count != meta.length) return false;
    if (this.headers != limits.headers || this.headerBytes != limits.headerBytes) return false;
    let at = this.said;
    if (!isAt(at, meta.operation)) return false;
    at = behind(at);
    if (!isAt(at, meta.service)) return false;
    at = behind(at);
    for (let i = 0; i < meta.length; i++) {
      if (!isAt(at, meta.nameAt(i))) return false;
      at = behind(at);
      if (!isAt(at, meta.valueAt(i))) return false;
      at = behind(at);
    }
    return true;
  }

  /** Another request came here. */
  met(meta: Metadata, limits: HeaderLimits, forms: AttributeForms): void {
    const digest = forms.digestHash;
    const again = digest == this.digest && forms.dropped == 0;
    this.digest = digest;
    if (!again) return;
    const size = sizeOf(meta);
    if (size > MOST_BYTES) return;
    if (this.said) heap.free(this.said);
    this.headers = limits.headers;
    this.headerBytes = limits.headerBytes;
    this.count = meta.length;
    this.said = heap.alloc(size);
    let at = put(put(this.said, meta.operation), meta.service);
    for (let i = 0; i < meta.length; i++) at = put(put(at, meta.nameAt(i)), meta.valueAt(i));
    this.forms.keep(forms, ++keptEver);
  }
}

function sizeOf(meta: Metadata): usize {
  let size = 8 + meta.operation.length + meta.service.length;
  for (let i = 0; i < meta.length; i++) size += 8 + meta.nameAt(i).length + meta.valueAt(i).length;
  return <usize>size;
}


@inline
function isAt(at: usize, bytes: Slice): bool {
  return load<i32>(at) == bytes.length && sameBytes(at + 4, bytes.ptr, bytes.length);
}


@inline
function behind(at: usize): usize {
  return at + 4 + <usize>load<i32>(at);
}

function put(at: usize, bytes: Slice): usize {
  store<i32>(at, bytes.length);
  memory.copy(at + 4, bytes.ptr, <usize>bytes.length);
  return behind(at);
}
