import { Fields } from "meltemi/assembly";
import { Attribute, HeaderText, Namespace, Operation, Principal, Property, Service, Subject } from "./subjects";
import { Test } from "./test";

/** Tests that must all hold. */
type Clause = Array<Test>;

/** One rule: one of `from`, one of `to`, and all of `when`; what is not there holds. */
export class Rule {
  private from: Array<Clause> = [];
  private to: Array<Clause> = [];
  private when: Clause = [];

  /** `{"from": […], "to": […], "when": […]}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, denies: bool, attributes: bool): Rule {
    const rule = new Rule();
    const from = fields.objects("from");
    for (let i = 0; i < from.length; i++) rule.from.push(source(from[i], denies));
    const to = fields.objects("to");
    for (let i = 0; i < to.length; i++) rule.to.push(target(to[i], denies));
    const when = fields.objects("when");
    for (let i = 0; i < when.length; i++) condition(when[i], denies, attributes, rule.when);
    fields.done();
    return rule;
  }

  matches(): bool {
    return some(this.from) && some(this.to) && all(this.when);
  }
}

function source(fields: Fields, denies: bool): Clause {
  const clause: Clause = [];
  Test.readPair(fields, "principals", "notPrincipals", new Principal(), denies, clause);
  Test.readPair(fields, "namespaces", "notNamespaces", new Namespace(), denies, clause);
  fields.done();
  return clause;
}

function target(fields: Fields, denies: bool): Clause {
  const clause: Clause = [];
  Test.readPair(fields, "services", "notServices", new Service(), denies, clause);
  Test.readPair(fields, "operations", "notOperations", new Operation(), denies, clause);
  Test.readPair(fields, "hosts", "notHosts", new HeaderText(":authority"), denies, clause);
  Test.readPair(fields, "methods", "notMethods", new HeaderText(":method"), denies, clause);
  Test.readPair(fields, "paths", "notPaths", new HeaderText(":path"), denies, clause);
  fields.done();
  return clause;
}

/** `{"attribute": NAME, …}` or `{"property": [PART, …], …}`, with `values`, `notValues`, or both. */
function condition(fields: Fields, denies: bool, attributes: bool, clause: Clause): void {
  const has = fields.has("attribute");
  if (has == fields.has("property")) {
    fields.problems.add(fields.path, 'exactly one of "attribute" and "property"', null);
  }
  const name = fields.string("attribute", "");
  const path = fields.strings("property");
  if (has ? name == "" : path.length == 0) fields.problems.add(fields.path, "a name", null);
  if (!fields.has("values") && !fields.has("notValues")) {
    fields.problems.add(fields.path, '"values", "notValues" or both', null);
  }
  const subject: Subject = has ? new Attribute(name, attributes) : new Property(path);
  Test.readPair(fields, "values", "notValues", subject, denies, clause, has && attributes);
  fields.done();
}

function some(clauses: Array<Clause>): bool {
  for (let i = 0; i < clauses.length; i++) {
    if (all(clauses[i])) return true;
  }
  return clauses.length == 0;
}

function all(clause: Clause): bool {
  for (let i = 0; i < clause.length; i++) {
    if (!clause[i].holds()) return false;
  }
  return true;
}
