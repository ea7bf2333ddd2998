import { beforeAll, describe, expect, it } from "vitest";
import { Part } from "../testing/part.support.js";

// A protocol whose rules name users: `allows` is asked for the user in the input.
const LINES = `
  import { AccessList, AccessRule, AnyOf, Fields, Problems, Slice } from "meltemi/assembly";
  class UserRule extends AccessRule {
    constructor(readonly users: AnyOf) { super(); }
  }
  class UserRules extends AccessList<UserRule> {
    protected readRule(fields: Fields): UserRule { return new UserRule(AnyOf.read(fields, "users")); }
    allows(user: Slice): bool {
      for (let i = 0; i < this.rules.length; i++) if (this.rules[i].users.has(user)) return this.rules[i].allow;
      return this.fallback;
    }
  }
  const rules = new UserRules();
  export function read(): i32 {
    const problems = new Problems();
    rules.read(Fields.parse(input.view(), problems));
    output.reset();
    output.text(problems.toString());
    return rules.active ? 1 : 0;
  }
  export function allows(): i32 { return rules.allows(input.view()) ? 1 : 0; }
`;

let part: Part;
beforeAll(async () => {
  part = await Part.of("assembly/access", LINES);
}, 120_000);

const read = (settings: object) => part.ask("read", JSON.stringify(settings));
const allows = (user: string) => part.ask("allows", user).value === 1;

describe("an access list", () => {
  it("says what is wrong, and where", () => {
    expect(
      read({ default: "perhaps", rules: [{ action: "drop" }, { users: "ann", user: "bob" }], rule: [] }).text,
    ).toBe(
      [
        'default: expected one of "allow", "deny", found "perhaps"',
        'rules[0].action: expected one of "allow", "deny", found "drop"',
        'rules[1].users: expected an array of strings, found "ann"',
        "rules[1].user: unknown field; there are: action, users",
        "rule: unknown field; there are: default, rules",
      ].join("; "),
    );
  });

  it("allows all where it says nothing, and can deny nothing", () => {
    expect(read({}).value).toBe(0);
    expect(allows("anybody")).toBe(true);
    expect(read({ rules: [{ action: "allow", users: ["ann"] }] }).value).toBe(0);
  });

  it("goes by the first rule that speaks of a request, and else by the default", () => {
    expect(read({ rules: [{ action: "allow", users: ["ann", "bob"] }, { users: ["bob", "eve"] }] }).value).toBe(1);
    expect(["ann", "bob", "eve", "tom"].map(allows)).toEqual([true, true, false, true]);
    read({ default: "deny", rules: [{ action: "allow", users: ["ann"] }] });
    expect(["ann", "anne", ""].map(allows)).toEqual([true, false, false]);
  });

  it("takes a rule that names nobody for everybody's, and forgets what it read before", () => {
    read({ rules: [{ action: "deny" }] });
    expect([allows("ann"), allows("")]).toEqual([false, false]);
    expect(read({}).value).toBe(0);
    expect(allows("ann")).toBe(true);
  });
});
