import { addHeader, Bytes, Fields, HeaderMapType, removeHeader, replaceHeader, Slice } from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";

/** The header that carries spellings which HTTP's lower case would lose. */
const NAMES = Slice.fixed("x-meltemi-names");

/** What one entry of the configuration does to one header. */
enum Action {
  Set,
  Add,
  Remove,
}

/** One change to one header, with everything that needs no second look worked out when it was configured. */
export class Mutation {
  private constructor(
    private action: Action,
    /** As HTTP has it. */
    private header: Bytes,
    private value: Bytes,
    /** As the rule spells it; null where HTTP's form says it already. */
    private spelling: Bytes | null,
  ) {}

  /** `{"set": NAME, "value": V}`, `{"add": NAME, "value": V}` or `{"remove": NAME}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, attributes: bool): Mutation {
    const given = <i32>fields.has("set") + <i32>fields.has("add") + <i32>fields.has("remove");
    if (given != 1) fields.problems.add(fields.path, 'exactly one of "set", "add" and "remove"', null);
    let action = Action.Remove;
    if (fields.has("set")) action = Action.Set;
    else if (fields.has("add")) action = Action.Add;
    const name = fields.requiredString(action == Action.Set ? "set" : action == Action.Add ? "add" : "remove");
    const value = action == Action.Remove ? "" : fields.requiredString("value");
    fields.done();
    if (name == "") fields.problems.add(fields.path, "a header name", null);
    if (!attributes) return new Mutation(action, Bytes.of(name.toLowerCase()), Bytes.of(value), null);
    const spelling = Bytes.of(name);
    const header = Bytes.copyOf(attributeHeader(spelling.view()));
    const plain = header.view().equals(spelling.view());
    return new Mutation(action, header, Bytes.of(value), plain ? null : spelling);
  }

  apply(map: HeaderMapType): void {
    const header = this.header.view();
    if (this.action == Action.Remove) {
      removeHeader(map, header);
      return;
    }
    if (this.action == Action.Add) addHeader(map, header, this.value.view());
    else replaceHeader(map, header, this.value.view());
    const spelling = this.spelling;
    if (spelling != null) addHeader(map, NAMES, spelling.view());
  }
}
