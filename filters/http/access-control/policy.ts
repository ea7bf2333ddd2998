import { Bytes, Fields } from "meltemi/assembly";
import { Rule } from "./rule";

const ACTIONS: Array<string> = ["allow", "deny"];

/** One policy: it matches a request that one of its rules matches. Without rules it matches none. */
export class Policy {
  private constructor(
    /** For logs; without blanks. */
    readonly name: Bytes,
    readonly denies: bool,
    /** It only counts. */
    readonly shadow: bool,
    private rules: Array<Rule>,
  ) {}

  /** `{"name": …, "action": "allow" | "deny", "shadow": …, "rules": […]}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, attributes: bool): Policy {
    const name = fields.string("name", "");
    const denies = fields.oneOf("action", "allow", ACTIONS) == "deny";
    const shadow = fields.boolean("shadow", false);
    const rules: Array<Rule> = [];
    const list = fields.objects("rules");
    for (let i = 0; i < list.length; i++) rules.push(Rule.read(list[i], denies, attributes));
    fields.done();
    return new Policy(Bytes.of(name.replaceAll(" ", "_")), denies, shadow, rules);
  }

  static empty(): Policy {
    return new Policy(Bytes.of(""), false, false, []);
  }

  matches(): bool {
    for (let i = 0; i < this.rules.length; i++) {
      if (this.rules[i].matches()) return true;
    }
    return false;
  }
}
