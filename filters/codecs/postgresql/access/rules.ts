import { AccessList, AccessRule, AnyOf, Fields, Slice } from "meltemi/assembly";
import { Access } from "../sql";

class Rule extends AccessRule {
  constructor(
    readonly users: AnyOf,
    readonly databases: AnyOf,
    readonly statements: AnyOf,
    readonly tables: AnyOf,
  ) {
    super();
  }
}

/** Who may open which sessions, and do what in them. */
export class AccessRules extends AccessList<Rule> {
  protected readRule(fields: Fields): Rule {
    const users = AnyOf.read(fields, "users");
    const databases = AnyOf.read(fields, "databases");
    const statements = AnyOf.read(fields, "statements");
    return new Rule(users, databases, statements, AnyOf.read(fields, "tables"));
  }

  /** May this user open a session? Rules about statements count where they allow something in it. */
  admits(user: Slice, database: Slice): bool {
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (!rule.users.has(user) || !rule.databases.has(database)) continue;
      if (rule.allow || (rule.statements.length == 0 && rule.tables.length == 0)) return rule.allow;
    }
    return this.fallback;
  }

  allows(user: Slice, database: Slice, access: Access): bool {
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (!rule.users.has(user) || !rule.databases.has(database) || !rule.statements.has(access.kind)) continue;
      if (rule.tables.length == 0 || hasTable(rule, access.table)) return rule.allow;
    }
    return this.fallback;
  }
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
    const name = rule.tables.at(i);
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
