import { Bytes, Fields, Json } from "meltemi/assembly";
import { anyMatches, Pattern, RequestTarget } from "meltemi/assembly/requests";
import { claimOf, claimValues } from "./tokens";

/** What a claim must say. */
class ClaimTest {
  constructor(
    private name: string,
    private patterns: Array<Pattern>,
  ) {}

  static read(fields: Fields): ClaimTest {
    const name = fields.requiredString("claim");
    const values = fields.strings("values");
    if (values.length == 0) fields.problems.add(fields.path + ".values", "at least one value", null);
    fields.done();
    return new ClaimTest(name, patternsOf(values));
  }

  holds(claims: Json): bool {
    const claim = claimOf(claims, this.name);
    if (claim == null) return false;
    const values = claimValues(claim, this.name);
    for (let i = 0; i < values.length; i++) {
      if (anyMatches(this.patterns, Bytes.of(values[i]).view())) return true;
    }
    return false;
  }
}

/** What some operations want of a token, beside that there is one. */
export class Requirement {
  private constructor(
    private services: Array<Pattern>,
    private operations: Array<Pattern>,
    private claims: Array<ClaimTest>,
  ) {}

  /** `{"services": […], "operations": […], "claims": [{"claim": NAME, "values": […]}]}` */
  static read(fields: Fields): Requirement {
    const services = patternsOf(fields.strings("services"));
    const operations = patternsOf(fields.strings("operations"));
    const claims: Array<ClaimTest> = [];
    const list = fields.objects("claims");
    for (let i = 0; i < list.length; i++) claims.push(ClaimTest.read(list[i]));
    fields.done();
    return new Requirement(services, operations, claims);
  }

  /** Is the request one of those? */
  isFor(target: RequestTarget): bool {
    if (this.services.length > 0) {
      const service = target.service();
      if (service == null || !anyMatches(this.services, service)) return false;
    }
    if (this.operations.length == 0) return true;
    const operation = target.operation();
    return operation != null && anyMatches(this.operations, operation);
  }

  /** Does a token claim all that is asked? */
  isMet(claims: Json): bool {
    for (let i = 0; i < this.claims.length; i++) {
      if (!this.claims[i].holds(claims)) return false;
    }
    return true;
  }
}

function patternsOf(texts: Array<string>): Array<Pattern> {
  const patterns: Array<Pattern> = [];
  for (let i = 0; i < texts.length; i++) patterns.push(Pattern.of(texts[i]));
  return patterns;
}
