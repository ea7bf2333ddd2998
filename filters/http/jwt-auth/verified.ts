import { Slice } from "meltemi/assembly";
import { FNV_OFFSET, fnv1a64 } from "meltemi/assembly/attributes";
import { KeySet } from "./keys";
import { Token } from "./tokens";

const MOST: i32 = 256;

/** Tokens whose signatures were good, by the keys that are in force: most requests bring one that was seen before. */
export class Verified {
  private byHash: Map<u64, Token> = new Map();
  private keys: KeySet | null = null;

  /** Null: not seen before, or not by these keys. */
  find(text: Slice, keys: KeySet): Token | null {
    if (this.keys !== keys) {
      this.byHash.clear();
      this.keys = keys;
    }
    const hash = fnv1a64(FNV_OFFSET, text);
    if (!this.byHash.has(hash)) return null;
    const token = this.byHash.get(hash);
    return token.is(text) ? token : null;
  }

  add(text: Slice, token: Token): void {
    if (this.byHash.size >= MOST) this.byHash.clear();
    this.byHash.set(fnv1a64(FNV_OFFSET, text), token);
  }
}
