import { Bytes, Fields, Slice } from "meltemi/assembly";
import { Access } from "../sql";

class Rule {
  allow: bool = false;
  users: Array<Bytes> = [];
  databases: Array<Bytes> = [];
  statements: Array<Bytes> = [];
  tables: Array<Bytes> = [];
}

/** Who may do what: the first rule that speaks of an access decides, else the default. */
export class AccessRules {
  private rules: Array<Rule> = [];
  private allow: bool = true;

  /** Are there statements that somebody may not use? */
  active: bool = false;

  read(fields: Fields): void {
    this.allow = fields.oneOf("default", "allow", ["allow", "deny"]) == "allow";
    const list = fields.objects("rules");
    this.rules = [];
    this.active = !this.allow;
    for (let i = 0; i < list.length; i++) {
      const rule = new Rule();
      rule.allow = list[i].oneOf("action", "deny", ["allow", "deny"]) == "allow";
      rule.users = texts(list[i], "users");
      rule.databases = texts(list[i], "databases");
      rule.statements = texts(list[i], "statements");
      rule.tables = texts(list[i], "tables");
      list[i].done();
      this.rules.push(rule);
      this.active = this.active || !rule.allow;
    }
    fields.done();
  }

  /** May this user open a session? Rules about statements count where they allow something in it. */
  admits(user: Slice, database: Slice): bool {
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (!has(rule.users, user) || !has(rule.databases, database)) continue;
      if (rule.allow || (rule.statements.length == 0 && rule.tables.length == 0)) return rule.allow;
    }
    return this.allow;
  }

  allows(user: Slice, database: Slice, access: Access): bool {
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (!has(rule.users, user) || !has(rule.databases, database) || !has(rule.statements, access.kind)) continue;
      if (rule.tables.length == 0 || hasTable(rule, access.table)) return rule.allow;
    }
    return this.allow;
  }
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

/**
 * `table` in a rule is the table of that name in any schema. `schema.table` is, in a rule that denies, also `table`, which
 * the server's search path may find there; what cannot be read is denied, and never allowed.
 */
function hasTable(rule: Rule, table: Slice): bool {
  if (table.length == 0) return false;
  const bare = lastPart(table);
  if (bare.length == 1 && bare.at(0) == 0x2a) return !rule.allow;
  for (let i = 0; i < rule.tables.length; i++) {
    const name = rule.tables[i].view();
    if (name.equals(table)) return true;
    const last = lastPart(name);
    if (!last.equals(bare)) continue;
    if (last.length == name.length || (!rule.allow && bare.length == table.length)) return true;
    // database.schema.table
    if (table.length > name.length && endsWith(table, name)) return true;
  }
  return false;
}

function lastPart(name: Slice): Slice {
  let at = name.length;
  while (at > 0 && name.at(at - 1) != 0x2e) at--;
  return Slice.view(name.ptr + <usize>at, name.length - at);
}

function endsWith(text: Slice, end: Slice): bool {
  const at = text.length - end.length;
  return at > 0 && text.at(at - 1) == 0x2e && Slice.view(text.ptr + <usize>at, end.length).equals(end);
}
