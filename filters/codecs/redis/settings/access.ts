import { AccessList, AccessRule, AnyOf, Fields, Slice } from "meltemi/assembly";
import { ACCESS_NAMES, Call } from "../commands";

// Keys are looked at as far as this; a prefix may not be longer.
export const MAX_PREFIX: i32 = 512;

class Rule extends AccessRule {
  constructor(
    readonly users: AnyOf,
    readonly commands: AnyOf,
    readonly access: AnyOf,
    /** Beginnings of keys. */
    readonly keys: AnyOf,
  ) {
    super();
  }
}

/** Which user may give which commands. */
export class AccessRules extends AccessList<Rule> {
  protected readRule(fields: Fields): Rule {
    const users = AnyOf.read(fields, "users");
    const commands = AnyOf.read(fields, "commands");
    const access = AnyOf.read(fields, "access");
    const rule = new Rule(users, commands, access, AnyOf.read(fields, "keyPrefixes"));
    check(fields, rule);
    return rule;
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
      if (!rule.users.has(user) || !rule.access.has(access) || !hasCommand(rule, call)) continue;
      if (rule.keys.length == 0) return rule.allow;
      const count = countKeys(rule, call);
      if (rule.allow ? count == keys && keys > 0 : count > 0) return rule.allow;
      // What cannot be seen of a command that was cut is taken for denied.
      if (!rule.allow && keys > 0 && call.last >= call.arguments.length) return false;
    }
    return this.fallback;
  }
}

function check(fields: Fields, rule: Rule): void {
  for (let i = 0; i < rule.keys.length; i++) {
    if (rule.keys.at(i).length <= MAX_PREFIX) continue;
    fields.problems.list.push(fields.path + ".keyPrefixes: expected at most " + MAX_PREFIX.toString() + " bytes");
  }
  for (let i = 0; i < rule.access.length; i++) {
    const name = rule.access.at(i).toString();
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
      if (i >= call.arguments.length || !key.startsWith(rule.keys.at(j))) continue;
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
    const text = rule.commands.at(i);
    let bar = 0;
    while (bar < text.length && text.at(bar) != 0x7c) bar++;
    if (!Slice.view(text.ptr, bar).equalsIgnoreCase(call.arguments.at(0))) continue;
    if (bar == text.length) return true;
    const rest = Slice.view(text.ptr + <usize>(bar + 1), text.length - bar - 1);
    if (rest.equalsIgnoreCase(call.arguments.at(1))) return true;
  }
  return false;
}

const ACCESS: Array<Slice> = [];
for (let i = 0; i < ACCESS_NAMES.length; i++) ACCESS.push(Slice.fixed(ACCESS_NAMES[i]));

/** The attribute's value. */
export function accessName(call: Call): Slice {
  return ACCESS[call.access];
}
