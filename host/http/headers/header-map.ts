/** One header: a lower-case name and its value, both byte strings. */
export type HeaderPair = readonly [name: string, value: string];

/**
 * The headers or trailers of one message: an ordered list in which a name may occur several times, as on the wire.
 * Names are lower case by contract of those who add them.
 */
export class HeaderMap {
  #pairs: HeaderPair[];

  constructor(pairs: Iterable<HeaderPair> = []) {
    this.#pairs = [...pairs];
  }

  /** From node's flat `rawHeaders` list: name, value, name, value… */
  static fromRaw(raw: readonly string[]): HeaderMap {
    const map = new HeaderMap();
    for (let i = 0; i + 1 < raw.length; i += 2) map.#pairs.push([(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""]);
    return map;
  }

  /** How many pairs there are; of several values of a name each counts. */
  get size(): number {
    return this.#pairs.length;
  }

  /** Bytes of all names and values. */
  get byteSize(): number {
    let bytes = 0;
    for (const [name, value] of this.#pairs) bytes += name.length + value.length;
    return bytes;
  }

  /** The first value. */
  get(name: string): string | undefined {
    for (const pair of this.#pairs) if (pair[0] === name) return pair[1];
    return undefined;
  }

  /** Is there a header of this name? */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** All values in order, joined by commas. */
  joined(name: string): string | undefined {
    let all: string | undefined;
    for (const pair of this.#pairs) if (pair[0] === name) all = all === undefined ? pair[1] : `${all},${pair[1]}`;
    return all;
  }

  /** The values of a name, in order; empty where there is none. */
  all(name: string): string[] {
    return this.#pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
  }

  /** Appends; a pseudo-header goes before all ordinary ones (RFC 9113, section 8.3). */
  add(name: string, value: string): void {
    if (!name.startsWith(":")) {
      this.#pairs.push([name, value]);
      return;
    }
    const ordinary = this.#pairs.findIndex((pair) => !pair[0].startsWith(":"));
    this.#pairs.splice(ordinary < 0 ? this.#pairs.length : ordinary, 0, [name, value]);
  }

  /** Makes `value` the only one of this name; the first occurrence keeps its place. */
  set(name: string, value: string): void {
    const at = this.#pairs.findIndex((pair) => pair[0] === name);
    if (at < 0) {
      this.add(name, value);
      return;
    }
    this.#pairs = this.#pairs.filter((pair, index) => index === at || pair[0] !== name);
    this.#pairs[at] = [name, value];
  }

  /** Removes every occurrence; says whether there was one. */
  remove(name: string): boolean {
    if (!this.has(name)) return false;
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== name);
    return true;
  }

  /** Replaces everything. */
  replaceAll(pairs: Iterable<HeaderPair>): void {
    this.#pairs = [...pairs];
  }

  /** A map of its own with the same pairs. */
  clone(): HeaderMap {
    return new HeaderMap(this.#pairs);
  }

  [Symbol.iterator](): IterableIterator<HeaderPair> {
    return this.#pairs[Symbol.iterator]();
  }
}
