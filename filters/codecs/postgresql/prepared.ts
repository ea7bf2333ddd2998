import { Slice } from "meltemi/assembly";

/** Kinds of statements by name, of prepared statements or of portals. The one without a name is the most used. */
export class Kinds {
  private unnamed: i32 = -1;
  private named: Map<string, i32> = new Map<string, i32>();

  set(name: Slice, kind: i32): void {
    if (name.length == 0) this.unnamed = kind;
    else if (this.named.size < MAX_NAMES || this.named.has(name.toString())) this.named.set(name.toString(), kind);
  }

  /** -1: not known. */
  get(name: Slice): i32 {
    if (name.length == 0) return this.unnamed;
    const key = name.toString();
    return this.named.has(key) ? this.named.get(key) : -1;
  }
}

// Of a client that prepares more than this and never closes any, the others are counted as `other`.
const MAX_NAMES: i32 = 4096;
