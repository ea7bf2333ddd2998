import { Slice } from "../bytes";
import { JsonParser } from "./parser";
import { Json, JsonKind, numberText } from "./value";

/** What is wrong with a configuration: every problem with its field, so that one reading mends all. */
export class Problems {
  readonly list: Array<string> = [];

  /** Is all well? */
  get none(): bool {
    return this.list.length == 0;
  }

  /** One more: at `path`, empty for the whole, `expected` was expected; null was `found` where it is missing. */
  add(path: string, expected: string, found: Json | null): void {
    const what = found == null ? "it is missing" : "found " + found.describe();
    this.list.push((path == "" ? "the configuration" : path) + ": expected " + expected + ", " + what);
  }

  /** All in one line, for the log. */
  toString(): string {
    return this.list.join("; ");
  }
}

/**
 * Typed reading of a configuration object. Each field is asked for once; `done` then reports the fields that nobody
 * asked for, which catches a typo.
 */
export class Fields {
  private asked: Array<string> = [];

  constructor(
    private json: Json,
    readonly path: string,
    readonly problems: Problems,
  ) {}

  /** The object in `bytes`; no bytes are an empty object. What is wrong goes to `problems`. */
  static parse(bytes: Slice, problems: Problems): Fields {
    let json: Json | null = Json.of(JsonKind.Object);
    if (bytes.length > 0) {
      const parser = new JsonParser();
      json = parser.parse(bytes);
      if (json == null) problems.list.push(parser.error);
      else if (json.kind != JsonKind.Object) problems.add("", "an object", json);
    }
    return new Fields(json == null ? Json.of(JsonKind.Object) : json, "", problems);
  }

  /** Is the field there? Does not count as asking for it. */
  has(name: string): bool {
    return this.json.get(name) != null;
  }

  /** True or false; `fallback` where it is missing. */
  boolean(name: string, fallback: bool): bool {
    const json = this.take(name);
    if (json == null) return fallback;
    if (json.kind == JsonKind.Boolean) return json.boolean;
    this.problems.add(this.at(name), "true or false", json);
    return fallback;
  }

  /** A whole number from `least` to `most`. */
  integer(name: string, fallback: f64, least: f64, most: f64): f64 {
    const json = this.take(name);
    if (json == null) return fallback;
    const whole = json.kind == JsonKind.Number && json.number == Math.trunc(json.number);
    if (whole && json.number >= least && json.number <= most) return json.number;
    this.problems.add(this.at(name), "a whole number from " + numberText(least) + " to " + numberText(most), json);
    return fallback;
  }

  /** A number, whole or not, from `least` to `most`. */
  number(name: string, fallback: f64, least: f64, most: f64): f64 {
    const json = this.take(name);
    if (json == null) return fallback;
    if (json.kind == JsonKind.Number && json.number >= least && json.number <= most) return json.number;
    this.problems.add(this.at(name), "a number from " + numberText(least) + " to " + numberText(most), json);
    return fallback;
  }

  /** A string; `fallback` where it is missing. */
  string(name: string, fallback: string): string {
    const json = this.take(name);
    if (json == null) return fallback;
    if (json.kind == JsonKind.String) return json.text;
    this.problems.add(this.at(name), "a string", json);
    return fallback;
  }

  /** A string that must be there. */
  requiredString(name: string): string {
    if (this.json.get(name) == null) this.problems.add(this.at(name), "a string", null);
    return this.string(name, "");
  }

  /** Reports a field whose value its reader cannot use. */
  refuse(name: string, expected: string): void {
    this.problems.add(this.at(name), expected, this.json.get(name));
  }

  /** One of a few strings. */
  oneOf(name: string, fallback: string, allowed: Array<string>): string {
    const json = this.take(name);
    if (json == null) return fallback;
    if (json.kind == JsonKind.String && allowed.includes(json.text)) return json.text;
    this.problems.add(this.at(name), 'one of "' + allowed.join('", "') + '"', json);
    return fallback;
  }

  /** A nested object; an empty one where it is missing. */
  object(name: string): Fields {
    const json = this.take(name);
    if (json != null && json.kind == JsonKind.Object) return new Fields(json, this.at(name), this.problems);
    if (json != null) this.problems.add(this.at(name), "an object", json);
    return new Fields(Json.of(JsonKind.Object), this.at(name), this.problems);
  }

  /** A list of objects; empty where it is missing. */
  objects(name: string): Array<Fields> {
    const fields: Array<Fields> = [];
    const json = this.take(name);
    if (json == null) return fields;
    if (json.kind != JsonKind.Array) {
      this.problems.add(this.at(name), "an array of objects", json);
      return fields;
    }
    for (let i = 0; i < json.items.length; i++) {
      const path = this.at(name) + "[" + i.toString() + "]";
      const item = json.items[i];
      if (item.kind == JsonKind.Object) fields.push(new Fields(item, path, this.problems));
      else this.problems.add(path, "an object", item);
    }
    return fields;
  }

  /** A list of strings; empty where it is missing. */
  strings(name: string): Array<string> {
    const strings: Array<string> = [];
    const json = this.take(name);
    if (json == null) return strings;
    if (json.kind != JsonKind.Array) {
      this.problems.add(this.at(name), "an array of strings", json);
      return strings;
    }
    for (let i = 0; i < json.items.length; i++) {
      const item = json.items[i];
      if (item.kind == JsonKind.String) strings.push(item.text);
      else this.problems.add(this.at(name) + "[" + i.toString() + "]", "a string", item);
    }
    return strings;
  }

  /** A list of whole numbers from `least` to `most`; empty where it is missing. */
  integers(name: string, least: f64, most: f64): Array<f64> {
    const numbers: Array<f64> = [];
    const json = this.take(name);
    if (json == null) return numbers;
    if (json.kind != JsonKind.Array) {
      this.problems.add(this.at(name), "an array of whole numbers", json);
      return numbers;
    }
    for (let i = 0; i < json.items.length; i++) {
      const item = json.items[i];
      const whole = item.kind == JsonKind.Number && item.number == Math.trunc(item.number);
      if (whole && item.number >= least && item.number <= most) numbers.push(item.number);
      else {
        const expected = "a whole number from " + numberText(least) + " to " + numberText(most);
        this.problems.add(this.at(name) + "[" + i.toString() + "]", expected, item);
      }
    }
    return numbers;
  }

  /** Reports every field that was not asked for. */
  done(): void {
    for (let i = 0; i < this.json.names.length; i++) {
      const name = this.json.names[i];
      if (this.asked.includes(name)) continue;
      this.problems.list.push(this.at(name) + ": unknown field; there are: " + this.asked.join(", "));
    }
  }

  private take(name: string): Json | null {
    if (!this.asked.includes(name)) this.asked.push(name);
    return this.json.get(name);
  }

  private at(name: string): string {
    return this.path == "" ? name : this.path + "." + name;
  }
}
