import { Bytes, Fields, getHeader, HeaderMapType, replaceHeader, Slice, Writer } from "meltemi/assembly";
import { allHold, AttributeMatch } from "meltemi/assembly/requests";
import { Header } from "./header";
import { Template } from "./template";
import { Wanted } from "./wanted";

/** What one entry of the configuration does to one header. */
enum Action {
  Set,
  Add,
  Remove,
  /** Takes a prefix off the value, where it has it. */
  Cut,
  Rename,
  Copy,
}

const ACTIONS: Array<string> = ["set", "add", "remove", "cut", "rename", "copy"];

const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const ESCAPED_SPACE = Slice.fixed("%20");
const ESCAPED_TAB = Slice.fixed("%09");

const scratch = new Writer();

/** One change to one header. */
export class Mutation {
  private constructor(
    private action: Action,
    private header: Header,
    /** The name that another gets. */
    private other: Header,
    /** The value that is set or added. */
    private value: Template,
    /** What is cut. */
    private prefix: Bytes,
    private ignoreCase: bool,
    /** Of the map that is changed, all must hold. */
    private match: Array<AttributeMatch>,
  ) {}

  /**
   * `{"set": NAME, "value": V}` or `{"set": NAME, "template": T}`, likewise `add`; `{"remove": NAME}`;
   * `{"cut": NAME, "prefix": P, "ignoreCase": true}`; `{"rename": NAME, "to": NAME}`, likewise `copy`; and `"match": […]`.
   * What is wrong goes to the fields' problems.
   * @param wanted for a response's, what its template wants of the request
   */
  static read(fields: Fields, attributes: bool, wanted: Wanted | null): Mutation {
    let given = 0;
    let action = Action.Remove;
    for (let i = 0; i < ACTIONS.length; i++) {
      if (!fields.has(ACTIONS[i])) continue;
      given++;
      action = i;
    }
    if (given != 1)
      fields.problems.add(fields.path, 'exactly one of "set", "add", "remove", "cut", "rename" and "copy"', null);
    const name = fields.requiredString(ACTIONS[action]);
    if (name == "") fields.problems.add(fields.path, "a header name", null);
    const writes = action == Action.Set || action == Action.Add;
    const value = writes ? readValue(fields, attributes, wanted) : Template.plain("");
    const prefix = action == Action.Cut ? fields.requiredString("prefix") : "";
    const ignoreCase = action == Action.Cut && fields.boolean("ignoreCase", false);
    const moves = action == Action.Rename || action == Action.Copy;
    const to = moves ? fields.requiredString("to") : "";
    if (moves && to == "") fields.problems.add(fields.path + ".to", "a header name", null);
    const match: Array<AttributeMatch> = [];
    const list = fields.objects("match");
    for (let i = 0; i < list.length; i++) match.push(AttributeMatch.read(list[i], attributes));
    fields.done();
    return new Mutation(
      action,
      Header.of(name, attributes),
      Header.of(to, attributes),
      value,
      Bytes.of(prefix),
      ignoreCase,
      match,
    );
  }

  /**
   * @param kept of the request, for the templates of responses
   * @returns whether it was about this map
   */
  apply(map: HeaderMapType, kept: Array<Bytes | null>): bool {
    if (!allHold(this.match, map)) return false;
    switch (this.action) {
      case Action.Set:
        this.header.set(map, this.value.render(kept));
        break;
      case Action.Add:
        this.header.add(map, this.value.render(kept));
        break;
      case Action.Remove:
        this.header.remove(map);
        break;
      case Action.Cut:
        this.cut(map);
        break;
      default:
        this.move(map);
    }
    return true;
  }

  private move(map: HeaderMapType): void {
    // A new spelling alone is a change too, and must not lose the values.
    const same = this.other.name.equals(this.header.name);
    const moved = this.other.setFrom(this.header, map);
    if (moved && !same && this.action == Action.Rename) this.header.remove(map);
  }

  private cut(map: HeaderMapType): void {
    const header = this.header.name;
    const found = getHeader(map, header);
    if (found == null) return;
    const prefix = this.prefix.view();
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

/** Exactly one of `value`, as it is, and `template`. */
function readValue(fields: Fields, attributes: bool, wanted: Wanted | null): Template {
  if (!fields.has("template")) return Template.plain(fields.requiredString("value"));
  if (fields.has("value")) fields.problems.add(fields.path, 'one of "value" and "template"', null);
  fields.string("value", "");
  return Template.read(fields, "template", attributes, wanted);
}
