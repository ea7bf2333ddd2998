import { Bytes, Fields, Problems, Slice } from "meltemi/assembly";
import { Policy } from "./policy";

/** Who refuses where there are ALLOW policies and none of them matches. */
const NOBODY = Bytes.of("none");

/**
 * All policies of one configuration. A request is refused where a DENY policy matches it, and where there are ALLOW
 * policies and none matches it.
 */
export class Plan {
  private deny: Array<Policy> = [];
  private allow: Array<Policy> = [];
  private shadowDeny: Array<Policy> = [];
  private shadowAllow: Array<Policy> = [];

  /** Reads `{"policies": […]}`; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const plan = new Plan();
    const list = fields.objects("policies");
    for (let i = 0; i < list.length; i++) {
      const policy = Policy.read(list[i], attributes);
      if (policy.shadow) (policy.denies ? plan.shadowDeny : plan.shadowAllow).push(policy);
      else (policy.denies ? plan.deny : plan.allow).push(policy);
    }
    fields.done();
    return plan;
  }

  static parse(json: Slice, attributes: bool, problems: Problems): Plan {
    return Plan.read(Fields.parse(json, problems), attributes);
  }

  /** Refuses everything: an ALLOW policy that allows nothing. */
  static closed(): Plan {
    const plan = new Plan();
    plan.allow.push(Policy.empty());
    return plan;
  }

  /** The policy that refuses the request that `asked` is about; null: it may pass. */
  refuser(): Bytes | null {
    const denying = matching(this.deny);
    if (denying != null) return denying.name;
    return this.allow.length == 0 || matching(this.allow) != null ? null : NOBODY;
  }

  /** Are there policies that only count? */
  get shadows(): bool {
    return this.shadowDeny.length + this.shadowAllow.length > 0;
  }

  /** Of a request that may pass: would it be refused if the shadow policies were in force beside the others? */
  shadowRefuses(): bool {
    if (matching(this.shadowDeny) != null) return true;
    if (this.shadowAllow.length == 0 || matching(this.shadowAllow) != null) return false;
    // It may pass: of ALLOW policies in force, if there are any, one has matched.
    return this.allow.length == 0;
  }
}

function matching(policies: Array<Policy>): Policy | null {
  for (let i = 0; i < policies.length; i++) {
    if (policies[i].matches()) return policies[i];
  }
  return null;
}
