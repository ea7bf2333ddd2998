import type { TapRecord } from "./record.js";

/** A value that a record must have: of an attribute, letter case aside, or of a field of the record itself. */
export interface TapMatch {
  readonly name: string;
  /** As it is; with a `*` at its end, what the value begins with. */
  readonly value: string;
}

const FIELDS = ["kind", "interface", "operation", "status", "code", "backend", "proxy"] as const;

/** Does a record have all of these? */
export function matches(record: TapRecord, wanted: readonly TapMatch[]): boolean {
  return wanted.every(({ name, value }) => {
    const found = fieldOf(record, name.toLowerCase());
    if (found === undefined) return false;
    return value.endsWith("*") ? found.startsWith(value.slice(0, -1)) : found === value;
  });
}

/** An attribute goes before a field of the same name. */
function fieldOf(record: TapRecord, name: string): string | undefined {
  const attribute = Object.entries(record.attributes).find(([key]) => key.toLowerCase() === name);
  if (attribute !== undefined) return attribute[1];
  const field = FIELDS.find((each) => each === name);
  return field === undefined ? undefined : String(record[field]);
}
