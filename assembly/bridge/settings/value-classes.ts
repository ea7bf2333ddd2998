import { attributeValue } from "../../attributes";
import { Bytes, Slice, Writer } from "../../bytes";
import { Fields } from "../../json";

/** More values are not looked through for each request. */
const MOST: i32 = 64;
// Characters that every header's value may have anywhere.
const FIRST_PLAIN: i32 = 0x21;
const LAST_PLAIN: i32 = 0x7e;

/**
 * What rules tell apart in the values of an attribute: those that they name, those that begin as they say, all others.
 * Requests that rules cannot tell apart go the same way, so they share streams.
 */
export class ValueClasses {
  /** A class for each of these … */
  private exact: Array<Bytes>;
  /** … for what begins with one of these and with none before it, as the longest stand first … */
  private prefixes: Array<Bytes>;
  /** … and for the rest. Of each class that has many values, one of them. */
  private samples: Array<Bytes> = [];

  /** @param fields `exact` and `prefix`, as rules have them */
  constructor(fields: Fields) {
    const exact = fields.strings("exact");
    const prefixes = fields.strings("prefix");
    fields.done();
    if (exact.length + prefixes.length > MOST) {
      fields.problems.list.push(fields.path + ": expected " + MOST.toString() + " values at most");
    }
    this.exact = exact.map<Bytes>((text) => Bytes.of(text));
    this.prefixes = prefixes.map<Bytes>((text) => Bytes.of(text));
    this.prefixes.sort((a, b) => b.length - a.length);
    for (let i = 0; i < this.prefixes.length; i++) this.samples.push(this.sampleOf(this.prefixes[i]));
    this.samples.push(this.sampleOf(Bytes.of("")));
  }

  /** The number of a value's class. */
  of(value: Slice): u32 {
    const header = attributeValue(value);
    const exact = this.exact;
    for (let i = 0; i < exact.length; i++) if (unchecked(exact[i]).view().equals(header)) return i;
    const prefixes = this.prefixes;
    for (let i = 0; i < prefixes.length; i++) {
      if (header.startsWith(unchecked(prefixes[i]).view())) return exact.length + i;
    }
    return exact.length + prefixes.length;
  }

  /**
   * A value, as its header has it, that rules take for any of its class. Routes see this one, not the caller's: should they
   * be newer than these classes, all of a class go where most of it went before.
   */
  sample(number: u32): Slice {
    const named = <u32>this.exact.length;
    return number < named ? this.exact[number].view() : this.samples[number - named].view();
  }

  /** One character more than the prefix, so that it is no rule's value and begins with no longer prefix. */
  private sampleOf(prefix: Bytes): Bytes {
    const writer = new Writer();
    writer.bytes(prefix.view());
    writer.u8(0);
    const sample = writer.view();
    for (let character = LAST_PLAIN; character >= FIRST_PLAIN; character--) {
      store<u8>(sample.end - 1, <u8>character);
      if (!begins(this.exact, sample) && !begins(this.prefixes, sample)) break;
    }
    return Bytes.copyOf(sample);
  }
}

/** Does any of them begin with it? There are more characters than values, so one is always free. */
function begins(values: Array<Bytes>, start: Slice): bool {
  for (let i = 0; i < values.length; i++) if (values[i].view().startsWith(start)) return true;
  return false;
}
