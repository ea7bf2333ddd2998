import { attributeValue } from "../attributes";
import { Bytes, Slice } from "../bytes";

enum Form {
  Exact,
  Prefix,
  Suffix,
  /** Anything but nothing. */
  Present,
}

/** A value as policies write it: `value`, `prefix*`, `*suffix`, or `*` for any that is not empty. */
export class Pattern {
  private constructor(
    private form: Form,
    private text: Bytes,
  ) {}

  static of(text: string): Pattern {
    if (text == "*") return new Pattern(Form.Present, Bytes.of(""));
    if (text.startsWith("*")) return new Pattern(Form.Suffix, Bytes.of(text.substring(1)));
    if (text.endsWith("*")) return new Pattern(Form.Prefix, Bytes.of(text.substring(0, text.length - 1)));
    return new Pattern(Form.Exact, Bytes.of(text));
  }

  /** For the values of attributes, as headers have them. */
  static ofAttribute(text: string): Pattern {
    const pattern = Pattern.of(text);
    if (pattern.form == Form.Exact) pattern.text = Bytes.copyOf(attributeValue(pattern.text.view()));
    return pattern;
  }

  matches(value: Slice): bool {
    const text = this.text.view();
    switch (this.form) {
      case Form.Exact:
        return value.equals(text);
      case Form.Prefix:
        return value.startsWith(text);
      case Form.Suffix:
        return value.length >= text.length && tail(value, text.length).equals(text);
      default:
        return value.length > 0;
    }
  }
}

/** Does one of the patterns match? */
export function anyMatches(patterns: Array<Pattern>, value: Slice): bool {
  for (let i = 0; i < patterns.length; i++) {
    if (patterns[i].matches(value)) return true;
  }
  return false;
}

function tail(value: Slice, length: i32): Slice {
  return Slice.view(value.end - <usize>length, length);
}
