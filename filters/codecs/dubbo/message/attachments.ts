import { Metadata, Mutation, Reader, Slice, Writer } from "meltemi/assembly";
import { Entries, Serialization } from "../serialization";
import { isOwn, TIMEOUT } from "./names";

/** The string attachments of one frame, in their order. Used again from frame to frame. */
export class Attachments {
  private keys: Array<usize> = [];
  private values: Array<usize> = [];
  private count: i32 = 0;
  /** The attachment `timeout`, where it is a number and not a text. */
  timeout: i64 = -1;

  /** Reads all that can be read: what comes after something strange stays in the frame, unseen. */
  read(input: Reader, values: Serialization): void {
    this.count = 0;
    this.timeout = -1;
    if (!input.ok || values.open(input) != Entries.Map) return;
    while (values.next(input)) {
      const key = values.key;
      const value = values.value;
      if (key && value) this.push(key, value);
      else if (key && key.equals(TIMEOUT)) this.timeout = values.whole;
    }
  }

  /** The value of the last attachment with exactly this name, which is the one that a Java map keeps. */
  get(name: Slice): Slice | null {
    for (let i = this.count - 1; i >= 0; i--) {
      if (changetype<Slice>(unchecked(this.keys[i])).equals(name)) return changetype<Slice>(unchecked(this.values[i]));
    }
    return null;
  }

  /** Hands them over as attributes; for a request without those that `Metadata.set` has taken. */
  addTo(meta: Metadata, own: bool): void {
    for (let i = 0; i < this.count; i++) {
      const key = changetype<Slice>(unchecked(this.keys[i]));
      if (!own || !isOwn(key)) meta.add(key, changetype<Slice>(unchecked(this.values[i])));
    }
  }

  private push(key: Slice, value: Slice): void {
    if (this.count == this.keys.length) {
      this.keys.push(0);
      this.values.push(0);
    }
    unchecked((this.keys[this.count] = changetype<usize>(key)));
    unchecked((this.values[this.count] = changetype<usize>(value)));
    this.count++;
  }
}

/** A change to attachments that no attribute asks for by name. */
export abstract class Rewrite {
  /** What `value` of `key` becomes, or null where `changes` alone decide. */
  abstract instead(key: Slice, value: Slice): Slice | null;

  /** Whether `changes` do not concern this attachment, though they hold its name. */
  abstract spares(key: Slice): bool;
}

/**
 * Writes the attachments that begin at `input` with the changes made, and all that follows them. What is not changed
 * is copied, key and value, in its own encoding. False: there is something else, or nothing that can be read to its end.
 */
export function rewriteAttachments(
  input: Reader,
  values: Serialization,
  changes: Mutation,
  rewrite: Rewrite | null,
  out: Writer,
): bool {
  const head = input.position;
  const found = values.open(input);
  if (!input.ok || found == Entries.Other) return false;
  let mark = out.length;
  if (found == Entries.Map || changes.additions == 0) copySince(input, head, out);
  else mark = values.openMap(out);
  while (found == Entries.Map) {
    const start = input.position;
    if (!values.next(input)) break;
    if (!rewriteEntry(values, changes, rewrite, out)) copySince(input, start, out);
  }
  if (!input.ok) return false;
  if (found == Entries.Map || changes.additions > 0) {
    for (let i = 0; i < changes.additions; i++) values.writeEntry(out, changes.addedName(i), changes.addedValue(i));
    values.closeMap(out, mark);
  }
  out.bytes(input.rest());
  return true;
}

/** False: the entry stays as it is. */
function rewriteEntry(values: Serialization, changes: Mutation, rewrite: Rewrite | null, out: Writer): bool {
  const key = values.key;
  const value = values.value;
  if (!key || !value) return false;
  const change = rewrite && rewrite.spares(key) ? -1 : changes.find(key);
  if (change >= 0) {
    if (!changes.removed(change)) values.writeEntry(out, key, changes.value(change));
    return true;
  }
  const other = rewrite ? rewrite.instead(key, value) : null;
  if (!other) return false;
  values.writeEntry(out, key, other);
  return true;
}

/** Copies what `input` has passed since `start`. */
export function copySince(input: Reader, start: i32, out: Writer): void {
  const end = input.position;
  input.seek(start);
  out.bytes(input.bytes(end - start));
}
