import { Bytes, Fields, Slice } from "meltemi/assembly";
import { ACCESS_NAMES, Call } from "../commands";

// Keys are looked at as far as this; a prefix may not be longer.
export const MAX_PREFIX: i32 = 512;

class Rule {
  allow: bool = false;
  users: Array<Bytes> = [];
  commands: Array<Bytes> = [];
  access: Array<Bytes> = [];
  keys: Array<Bytes> = [];
}

/** Who may do what: the first rule that speaks of a command decides, else the default. */
export class AccessRules {
  private rules: Array<Rule> = [];
  private allow: bool = true;
  /** Are there commands that somebody may not use? */
  active: bool = false;
  /** Do rules ask for keys? */
  byKey: bool = false;

  read(fields: Fields): void {
    this.allow = fields.oneOf("default", "allow", ["allow", "deny"]) == "allow";
    const list = fields.objects("rules");
    this.rules = [];
    this.active = !this.allow;
    this.byKey = false;
    for (let i = 0; i < list.length; i++) {
      const rule = new Rule();
      rule.allow = list[i].oneOf("action", "deny", ["allow", "deny"]) == "allow";
      rule.users = texts(list[i], "users");
      rule.commands = texts(list[i], "commands");
      rule.access = texts(list[i], "access");
      rule.keys = texts(list[i], "keyPrefixes");
      check(list[i], rule);
      list[i].done();
      this.rules.push(rule);
      this.active = this.active || !rule.allow;
      this.byKey = this.byKey || rule.keys.length > 0;
    }
    fields.done();
  }

  /**
   * May this user do this? A command over several keys is denied where one of them is, and allowed by a rule about keys
   * where all of them are of it.
   */
  allows(user: Slice, call: Call): bool {
    if (!this.active) return true;
    const access = ACCESS[call.access];
    const keys = call.first > 0 ? (call.last - call.first) / call.step + 1 : 0;
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (!has(rule.users, user) || !has(rule.access, access) || !hasCommand(rule, call)) continue;
      if (rule.keys.length == 0) return rule.allow;
      const count = countKeys(rule, call);
      if (rule.allow ? count == keys && keys > 0 : count > 0) return rule.allow;
      // What cannot be seen of a command that was cut is taken for denied.
      if (!rule.allow && keys > 0 && call.last >= call.arguments.length) return false;
    }
    return this.allow;
  }
}

function check(fields: Fields, rule: Rule): void {
  for (let i = 0; i < rule.keys.length; i++) {
    if (rule.keys[i].length <= MAX_PREFIX) continue;
    fields.problems.list.push(fields.path + ".keyPrefixes: expected at most " + MAX_PREFIX.toString() + " bytes");
  }
  for (let i = 0; i < rule.access.length; i++) {
    const name = rule.access[i].view().toString();
    if (ACCESS_NAMES.includes(name)) continue;
    const expected = '"' + ACCESS_NAMES.join('", "') + '"';
    fields.problems.list.push(fields.path + ".access: expected one of " + expected + ', found "' + name + '"');
  }
}

function countKeys(rule: Rule, call: Call): i32 {
  let count = 0;
  for (let i = call.first; i > 0 && i <= call.last; i += call.step) {
    const key = call.arguments.at(i);
    for (let j = 0; j < rule.keys.length; j++) {
      if (i >= call.arguments.length || !key.startsWith(rule.keys[j].view())) continue;
      count++;
      break;
    }
  }
  return count;
}

/** `config` is the command with all of its subcommands, `config|get` one of them. */
function hasCommand(rule: Rule, call: Call): bool {
  if (rule.commands.length == 0) return true;
  for (let i = 0; i < rule.commands.length; i++) {
    const text = rule.commands[i].view();
    let bar = 0;
    while (bar < text.length && text.at(bar) != 0x7c) bar++;
    if (!Slice.view(text.ptr, bar).equalsIgnoreCase(call.arguments.at(0))) continue;
    if (bar == text.length) return true;
    const rest = Slice.view(text.ptr + <usize>(bar + 1), text.length - bar - 1);
    if (rest.equalsIgnoreCase(call.arguments.at(1))) return true;
  }
  return false;
}

function texts(fields: Fields, name: string): Array<Bytes> {
  const strings = fields.strings(name);
  const list: Array<Bytes> = [];
  for (let i = 0; i < strings.length; i++) list.push(Bytes.of(strings[i]));
  return list;
}

/** An empty list is everybody's. */
function has(list: Array<Bytes>, text: Slice): bool {
  for (let i = 0; i < list.length; i++) if (list[i].view().equals(text)) return true;
  return list.length == 0;
}

const ACCESS: Array<Slice> = [];
for (let i = 0; i < ACCESS_NAMES.length; i++) ACCESS.push(Slice.fixed(ACCESS_NAMES[i]));

/** The attribute's value. */
export function accessName(call: Call): Slice {
  return ACCESS[call.access];
}
