import { HeaderMapType } from "../abi";
import { attributeHeader, attributeValue } from "../attributes";
import { Bytes, Slice } from "../bytes";
import { getHeader } from "../hostcalls";
import { Fields } from "../json";
import { Regex } from "../regex";

enum Form {
  Present,
  Exact,
  Prefix,
  Range,
  Regex,
}

const FORMS: Array<string> = ["exact", "prefix", "range", "regex", "present"];
const LEAST: f64 = -9007199254740991;
const MOST: f64 = 9007199254740991;

/** What must hold of one attribute: what a route's match says of one. */
export class AttributeMatch {
  private constructor(
    private header: Bytes,
    private form: Form,
    /** As a header has it. */
    private text: Bytes,
    private regex: Regex | null,
    private start: i64,
    private end: i64,
    private invert: bool,
  ) {}

  /**
   * `{"attribute": NAME}` with one of `"exact": V`, `"prefix": V`, `"range": {"start": N, "end": M}` (from N up to, not
   * including, M), `"regex": R` (for all of the value), `"present": true` or nothing (the attribute is there), and
   * `"invert": true` for everything else. What is wrong goes to the fields' problems.
   * @param attributes false: the name is a plain HTTP header's
   */
  static read(fields: Fields, attributes: bool): AttributeMatch {
    const name = fields.requiredString("attribute");
    let given = 0;
    for (let i = 0; i < FORMS.length; i++) given += <i32>fields.has(FORMS[i]);
    if (given > 1)
      fields.problems.add(fields.path, 'at most one of "exact", "prefix", "range", "regex" and "present"', null);
    const form = fields.has("exact")
      ? Form.Exact
      : fields.has("prefix")
        ? Form.Prefix
        : fields.has("range")
          ? Form.Range
          : fields.has("regex")
            ? Form.Regex
            : Form.Present;
    const exact = fields.string("exact", "");
    const prefix = fields.string("prefix", "");
    const ranged = fields.has("range");
    const range = fields.object("range");
    const start = ranged ? range.integer("start", 0, LEAST, MOST) : 0;
    const end = ranged ? range.integer("end", 0, LEAST, MOST) : 0;
    if (ranged) range.done();
    const regex = form == Form.Regex ? readRegex(fields) : null;
    const absent = !fields.boolean("present", true);
    const invert = fields.boolean("invert", false);
    fields.done();
    const spelling = Bytes.of(attributes ? name : name.toLowerCase());
    const value = Bytes.of(exact);
    const text = attributes ? Bytes.copyOf(attributeValue(value.view())) : value;
    return new AttributeMatch(
      attributes ? Bytes.copyOf(attributeHeader(spelling.view())) : spelling,
      form,
      form == Form.Exact ? text : Bytes.of(prefix),
      regex,
      <i64>start,
      <i64>end,
      invert != absent,
    );
  }

  /** In a callback that has this map. */
  holds(map: HeaderMapType): bool {
    return this.isMet(getHeader(map, this.header.view())) != this.invert;
  }

  private isMet(found: Slice | null): bool {
    if (found == null) return false;
    if (this.form == Form.Present) return true;
    if (this.form == Form.Exact) return found.equals(this.text.view());
    if (this.form == Form.Prefix) return found.startsWith(this.text.view());
    if (this.form == Form.Regex) return this.regex!.matches(found);
    return isWithin(found, this.start, this.end);
  }
}

function readRegex(fields: Fields): Regex {
  const source = fields.requiredString("regex");
  const regex = new Regex(source);
  if (regex.fault != "") fields.refuse("regex", "a regular expression of RE2 (" + regex.fault + ")");
  return regex;
}

/** Do all of these hold? */
export function allHold(matches: Array<AttributeMatch>, map: HeaderMapType): bool {
  for (let i = 0; i < matches.length; i++) {
    if (!matches[i].holds(map)) return false;
  }
  return true;
}

const DIGITS_OF_I64: i32 = 19;

/** A whole number, with nothing before or behind, in a range. */
function isWithin(text: Slice, start: i64, end: i64): bool {
  const negative = text.length > 0 && text.at(0) == 0x2d;
  const from = <i32>negative;
  if (text.length == from || text.length - from >= DIGITS_OF_I64) return false;
  let value: i64 = 0;
  for (let i = from; i < text.length; i++) {
    const digit = <i64>text.at(i) - 0x30;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
  }
  if (negative) value = -value;
  return value >= start && value < end;
}
