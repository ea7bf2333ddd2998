import { pairsSize, writePairs } from "./pairs.js";

/** One header: name and value, byte strings. */
export type Header = readonly [name: string, value: string];

/**
 * Header fields in their order. Names are lower case; names and values are byte strings (one character, one byte), so
 * that what is not ASCII passes unharmed. Pseudo-headers are ordinary entries. Chains may use it as their own map: then
 * nothing is converted between a chain and its filters.
 */
export class HeaderMap {
  #entries: Header[];
  #wire: Uint8Array | undefined;
  #byteSize = -1;

  /** Names are lower-cased here; pass names that already are, where it matters. */
  constructor(entries: Iterable<Header> = []) {
    this.#entries = [];
    for (const [name, value] of entries) this.#entries.push([lower(name), value]);
  }

  /** How many fields. */
  get size(): number {
    return this.#entries.length;
  }

  /** All fields; not to be kept across a change. */
  entries(): readonly Header[] {
    return this.#entries;
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.#entries[Symbol.iterator]();
  }

  /** The first value of a name. */
  get(name: string): string | undefined {
    const key = lower(name);
    for (const [own, value] of this.#entries) if (own === key) return value;
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** All values of a name, in order. */
  getAll(name: string): string[] {
    const key = lower(name);
    return this.#entries.filter(([own]) => own === key).map(([, value]) => value);
  }

  /** Adds a field at the end, whatever is there. */
  add(name: string, value: string): void {
    this.#entries.push([lower(name), value]);
    this.#changed();
  }

  /** Gives a name one value: the first one is overwritten in place, others of the name go; added where there is none. */
  set(name: string, value: string): void {
    const key = lower(name);
    const first = this.#entries.findIndex(([own]) => own === key);
    if (first < 0) {
      this.#entries.push([key, value]);
    } else {
      this.#entries = this.#entries.filter(([own], index) => index <= first || own !== key);
      this.#entries[first] = [key, value];
    }
    this.#changed();
  }

  /** Removes every field of a name; says whether there was one. */
  delete(name: string): boolean {
    const key = lower(name);
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(([own]) => own !== key);
    if (this.#entries.length === before) return false;
    this.#changed();
    return true;
  }

  /** Takes other fields instead of all there are. */
  replaceAll(entries: Iterable<Header>): void {
    this.#entries = [];
    for (const [name, value] of entries) this.#entries.push([lower(name), value]);
    this.#changed();
  }

  clone(): HeaderMap {
    const copy = new HeaderMap();
    copy.#entries = this.#entries.slice();
    copy.#wire = this.#wire;
    copy.#byteSize = this.#byteSize;
    return copy;
  }

  /** Bytes of all names and values; what proxy_get_header_map_size answers. */
  get byteSize(): number {
    if (this.#byteSize < 0) {
      let total = 0;
      for (const [name, value] of this.#entries) total += name.length + value.length;
      this.#byteSize = total;
    }
    return this.#byteSize;
  }

  /** The fields in the ABI's wire form; written once until something changes. Not to be changed. */
  wire(): Uint8Array {
    if (!this.#wire) {
      this.#wire = new Uint8Array(pairsSize(this.#entries));
      writePairs(this.#entries, this.#wire);
    }
    return this.#wire;
  }

  #changed(): void {
    this.#wire = undefined;
    this.#byteSize = -1;
  }
}

/** ASCII lower case: bytes from 0x80 are no letters here. */
function lower(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x41 && code <= 0x5a) return name.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
  }
  return name;
}
