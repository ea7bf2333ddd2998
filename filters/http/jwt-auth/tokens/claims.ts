import { Json, JsonKind, numberText } from "meltemi/assembly";

/** A claim by its name, or by a path of names parted by dots; null: the token does not have it. */
export function claimOf(claims: Json, name: string): Json | null {
  const whole = claims.get(name);
  if (whole != null) return whole;
  const parts = name.split(".");
  let found: Json = claims;
  for (let i = 0; i < parts.length; i++) {
    const next = found.kind == JsonKind.Object ? found.get(parts[i]) : null;
    if (next == null) return null;
    found = next;
  }
  return found;
}

/** A text, a number or a boolean as text, and lists of those with commas between; null: it is none of these. */
export function claimText(claim: Json): string | null {
  const values = claimValues(claim, "");
  return values.length == 0 ? null : values.join(",");
}

/** All values of a claim as texts; `scope` holds several, parted by spaces (RFC 8693, 4.2). */
export function claimValues(claim: Json, name: string): Array<string> {
  if (name == "scope" && claim.kind == JsonKind.String) return claim.text.split(" ");
  const values: Array<string> = [];
  if (claim.kind != JsonKind.Array) {
    addValue(claim, values);
    return values;
  }
  for (let i = 0; i < claim.items.length; i++) addValue(claim.items[i], values);
  return values;
}

function addValue(claim: Json, values: Array<string>): void {
  if (claim.kind == JsonKind.String) values.push(claim.text);
  else if (claim.kind == JsonKind.Number) values.push(numberText(claim.number));
  else if (claim.kind == JsonKind.Boolean) values.push(claim.boolean ? "true" : "false");
}
