import { Fields } from "../json";

/** One rule: what it speaks of, a protocol says; for that it allows or denies. */
export abstract class AccessRule {
  allow: bool = false;
}

/**
 * Who may do what, by a protocol's own rules: the first one that speaks of a request decides, else the default.
 *
 *   {"default": "allow" | "deny", "rules": [{"action": "allow" | "deny", …}]}        default: allow; action: deny
 */
export abstract class AccessList<R extends AccessRule> {
  /** Can anything be denied? */
  active: bool = false;
  protected rules: Array<R> = [];
  /** Where no rule speaks of a request. */
  protected fallback: bool = true;

  /** Reads what a protocol's rules say beyond their action; what is wrong goes to the fields' problems. */
  protected abstract readRule(fields: Fields): R;

  /** Reads all anew. */
  read(fields: Fields): void {
    this.fallback = fields.oneOf("default", "allow", ["allow", "deny"]) == "allow";
    this.active = !this.fallback;
    this.rules = [];
    const list = fields.objects("rules");
    for (let i = 0; i < list.length; i++) {
      const allow = list[i].oneOf("action", "deny", ["allow", "deny"]) == "allow";
      const rule = this.readRule(list[i]);
      list[i].done();
      rule.allow = allow;
      this.rules.push(rule);
      this.active = this.active || !allow;
    }
    fields.done();
  }
}
