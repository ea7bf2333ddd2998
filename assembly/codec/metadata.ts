import { Slice } from "../bytes";
import { Mutation } from "./mutation";

/** How a call ended, as Envoy's retries, outlier detection and metrics are to see it. */
export enum Outcome {
  Ok,
  /** The application's own exception: the call worked, so it is never an outage. */
  BusinessError,
  ClientError,
  ServerError,
  Timeout,
}

/**
 * What a codec reads out of one frame: where it goes, and its attributes. Reused from frame to frame; names and values
 * are views into the frame.
 */
export class Metadata {
  service: Slice = Slice.empty();
  operation: Slice = Slice.empty();
  outcome: Outcome = Outcome.Ok;
  /** The protocol's own status code, for metrics and logs. */
  code: i32 = 0;
  /** The caller's deadline in milliseconds; zero where it has none. */
  timeoutMs: i32 = 0;
  /** What `Codec.prepare` is to be told at the other end; never negative. Zero: the state of a new connection. */
  state: i32 = 0;

  /** Of a response only `outcome` and `code` are asked for: a codec may leave out what costs more. */
  brief: bool = false;

  private names: Array<usize> = [];
  private values: Array<usize> = [];
  private count: i32 = 0;
  private fixed: i32 = 0;

  /** Forgets all, for the next frame. */
  clear(): void {
    this.service = Slice.empty();
    this.operation = Slice.empty();
    this.outcome = Outcome.Ok;
    this.code = 0;
    this.timeoutMs = 0;
    this.state = 0;
    this.brief = false;
    this.count = 0;
    this.fixed = 0;
  }

  /**
   * An attribute that the protocol itself defines (`interface`, `method`). All of these come before the first `add`;
   * an attribute of the same name on the wire cannot take their place.
   */
  set(name: Slice, value: Slice): void {
    this.push(name, value);
    this.fixed = this.count;
  }

  /** An attribute that the caller chose (an attachment, a header), in its own spelling. */
  add(name: Slice, value: Slice): void {
    this.push(name, value);
  }

  /** Attributes in all; the first `own` of them are the protocol's. */
  @inline get length(): i32 {
    return this.count;
  }

  /** How many attributes the protocol itself defined, with `set`. */
  @inline get own(): i32 {
    return this.fixed;
  }

  /** The name of the attribute at `index`, in its own spelling; the caller has checked `index < length`. */
  @inline nameAt(index: i32): Slice {
    return changetype<Slice>(unchecked(this.names[index]));
  }

  /** The value of the attribute at `index`; the caller has checked `index < length`. */
  @inline valueAt(index: i32): Slice {
    return changetype<Slice>(unchecked(this.values[index]));
  }

  /** The value of the first attribute with this name, letter case aside; null where there is none. */
  get(name: Slice): Slice | null {
    for (let i = 0; i < this.count; i++) {
      if (this.nameAt(i).equalsIgnoreCase(name)) return this.valueAt(i);
    }
    return null;
  }

  /** The number that this attribute says in decimal digits; zero where there is none that fits. */
  number(name: Slice): i32 {
    const value = this.get(name);
    return value == null ? 0 : value.decimal();
  }

  /**
   * For `encode`: makes the changes that filters made. An attribute on the wire that has the name of one of the protocol's
   * was none to them, and stays. False: one that the protocol defines would be gone, and it cannot be without.
   */
  apply(changes: Mutation): bool {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const change = this.isHidden(i) ? -1 : changes.find(this.nameAt(i));
      const removed = change >= 0 && changes.removed(change);
      if (removed && i < this.fixed) return false;
      if (removed) continue;
      const value = change < 0 ? this.valueAt(i) : changes.value(change);
      unchecked((this.names[kept] = this.names[i]));
      unchecked((this.values[kept++] = changetype<usize>(value)));
    }
    this.count = kept;
    for (let i = 0; i < changes.additions; i++) this.push(changes.addedName(i), changes.addedValue(i));
    return true;
  }

  private isHidden(index: i32): bool {
    if (index < this.fixed) return false;
    const name = this.nameAt(index);
    for (let i = 0; i < this.fixed; i++) if (this.nameAt(i).equalsIgnoreCase(name)) return true;
    return false;
  }

  private push(name: Slice, value: Slice): void {
    if (this.count == this.names.length) {
      this.names.push(0);
      this.values.push(0);
    }
    unchecked((this.names[this.count] = changetype<usize>(name)));
    unchecked((this.values[this.count] = changetype<usize>(value)));
    this.count++;
  }
}
