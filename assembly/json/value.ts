/** Kinds of JSON values, in the words of RFC 8259. */
export enum JsonKind {
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

/** A parsed JSON value: for configuration, never for traffic. */
export class Json {
  kind: JsonKind = JsonKind.Null;
  boolean: bool = false;
  number: f64 = 0;
  text: string = "";
  /** An array's items, or an object's values in the order of `names`. */
  items: Array<Json> = [];
  /** An object's names. */
  names: Array<string> = [];

  /** An empty value of this kind. */
  static of(kind: JsonKind): Json {
    const value = new Json();
    value.kind = kind;
    return value;
  }

  /** The value of a field; null where the object does not have it. */
  get(name: string): Json | null {
    const index = this.names.indexOf(name);
    return index < 0 ? null : this.items[index];
  }

  /** What it is, for messages: "a number", "an object", … */
  describe(): string {
    if (this.kind == JsonKind.Null) return "null";
    if (this.kind == JsonKind.Boolean) return this.boolean ? "true" : "false";
    if (this.kind == JsonKind.Number) return "the number " + numberText(this.number);
    if (this.kind == JsonKind.String) return '"' + this.text + '"';
    return this.kind == JsonKind.Array ? "an array" : "an object";
  }
}

/** A number without the `.0` that AssemblyScript puts behind whole ones. */
export function numberText(value: f64): string {
  return value == Math.trunc(value) && Math.abs(value) < 9e15 ? (<i64>value).toString() : value.toString();
}
