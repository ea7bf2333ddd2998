import {
  addHeader,
  Bytes,
  Fields,
  getHeader,
  HeaderMapType,
  removeHeader,
  replaceHeader,
  Slice,
  Writer,
} from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";

/** The header that carries spellings which HTTP's lower case would lose. */
const NAMES = Slice.fixed("x-meltemi-names");

/** What one entry of the configuration does to one header. */
enum Action {
  Set,
  Add,
  Remove,
  /** Takes a prefix off the value, where it has it. */
  Cut,
}

const ACTIONS: Array<string> = ["set", "add", "remove", "cut"];

const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const ESCAPED_SPACE = Slice.fixed("%20");
const ESCAPED_TAB = Slice.fixed("%09");

const scratch = new Writer();

/** One change to one header, with everything that needs no second look worked out when it was configured. */
export class Mutation {
  private constructor(
    private action: Action,
    /** As HTTP has it. */
    private header: Bytes,
    /** The value that is set or added, or the prefix that is cut. */
    private value: Bytes,
    /** As the rule spells it; null where HTTP's form says it already. */
    private spelling: Bytes | null,
    private ignoreCase: bool,
  ) {}

  /**
   * `{"set": NAME, "value": V}`, `{"add": NAME, "value": V}`, `{"remove": NAME}` or
   * `{"cut": NAME, "prefix": P, "ignoreCase": true}`; what is wrong goes to the fields' problems.
   */
  static read(fields: Fields, attributes: bool): Mutation {
    let given = 0;
    let action = Action.Remove;
    for (let i = 0; i < ACTIONS.length; i++) {
      if (!fields.has(ACTIONS[i])) continue;
      given++;
      action = i;
    }
    if (given != 1) fields.problems.add(fields.path, 'exactly one of "set", "add", "remove" and "cut"', null);
    const name = fields.requiredString(ACTIONS[action]);
    let value = "";
    if (action == Action.Cut) value = fields.requiredString("prefix");
    else if (action != Action.Remove) value = fields.requiredString("value");
    const ignoreCase = action == Action.Cut && fields.boolean("ignoreCase", false);
    fields.done();
    if (name == "") fields.problems.add(fields.path, "a header name", null);
    if (!attributes) return new Mutation(action, Bytes.of(name.toLowerCase()), Bytes.of(value), null, ignoreCase);
    const spelling = Bytes.of(name);
    const header = Bytes.copyOf(attributeHeader(spelling.view()));
    const plain = header.view().equals(spelling.view());
    return new Mutation(action, header, Bytes.of(value), plain ? null : spelling, ignoreCase);
  }

  apply(map: HeaderMapType): void {
    const header = this.header.view();
    if (this.action == Action.Remove) {
      removeHeader(map, header);
      return;
    }
    if (this.action == Action.Cut) {
      this.cut(map, header);
      return;
    }
    if (this.action == Action.Add) addHeader(map, header, this.value.view());
    else replaceHeader(map, header, this.value.view());
    const spelling = this.spelling;
    if (spelling != null) addHeader(map, NAMES, spelling.view());
  }

  private cut(map: HeaderMapType, header: Slice): void {
    const found = getHeader(map, header);
    if (found == null) return;
    const prefix = this.value.view();
    const begins = this.ignoreCase
      ? found.length >= prefix.length && found.start(prefix.length).equalsIgnoreCase(prefix)
      : found.startsWith(prefix);
    if (!begins) return;
    const rest = Slice.view(found.ptr + <usize>prefix.length, found.length - prefix.length);
    scratch.reset();
    // HTTP has no value that begins with a blank (RFC 9110, 5.5): what was inside a value is escaped now.
    const blank = rest.length > 0 && (rest.at(0) == SPACE || rest.at(0) == TAB);
    if (blank) scratch.bytes(rest.at(0) == SPACE ? ESCAPED_SPACE : ESCAPED_TAB);
    scratch.copy(rest.ptr + <usize>blank, rest.length - <i32>blank);
    replaceHeader(map, header, scratch.view());
  }
}
