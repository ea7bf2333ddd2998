import { Json, JsonKind, JsonParser, Slice } from "meltemi/assembly";
import { Algorithm } from "./algorithm";
import { Key } from "./key";

/** What a set says to a signature. */
export enum Found {
  /** A key of the set has made it. */
  Good,
  /** The key that the token names has not made it, nor has any other that it may mean. */
  Bad,
  /** The set has no key of this id, or for this algorithm. */
  NoKey,
}

/** The keys of an issuer. Keys of a set that cannot be used here do no harm. */
export class KeySet {
  private constructor(private keys: Array<Key>) {}

  /** `{"keys": […]}`; null: it is not of this form, or has no key that can be used. */
  static parse(bytes: Slice): KeySet | null {
    const json = new JsonParser().parse(bytes);
    return json == null || json.kind != JsonKind.Object ? null : KeySet.read(json);
  }

  static read(json: Json): KeySet | null {
    const list = json.get("keys");
    if (list == null || list.kind != JsonKind.Array) return null;
    const keys: Array<Key> = [];
    for (let i = 0; i < list.items.length; i++) {
      if (list.items[i].kind != JsonKind.Object) return null;
      const key = Key.read(list.items[i]);
      if (key != null) keys.push(key);
    }
    return keys.length == 0 ? null : new KeySet(keys);
  }

  /** @param id of the key, as the token says it; empty: any key of the algorithm */
  verify(algorithm: Algorithm, id: string, signature: Slice, signed: Slice): Found {
    let found = Found.NoKey;
    for (let i = 0; i < this.keys.length; i++) {
      const key = this.keys[i];
      if (key.algorithm != algorithm || (id != "" && key.id != id)) continue;
      if (key.verifies(signature, signed)) return Found.Good;
      found = Found.Bad;
    }
    return found;
  }
}
