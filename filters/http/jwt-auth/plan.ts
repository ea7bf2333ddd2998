import { Bytes, Fields, HeaderMapType, Problems, replaceHeader, setProperty, Slice } from "meltemi/assembly";
import { RequestTarget } from "meltemi/assembly/requests";
import { Judgement } from "./judgement";
import { RemoteKeySets } from "./keys";
import { Naming } from "./naming";
import { Provider } from "./provider";
import { Requirement } from "./requirement";
import { Refusal } from "./tokens";

/** By this a changed request's route stays the one that was chosen. No attribute has such a header's name. */
const ROUTE = Slice.fixed("x-meltemi-route");
/** Where other filters find who the token is for: issuer and subject, with a slash between, as Istio has it. */
const PRINCIPAL = Slice.fixed("meltemi.jwt.principal");

const target = new RequestTarget();

/** All issuers of one configuration, and what it requires. */
export class Plan {
  private providers: Array<Provider> = [];
  private required: bool = false;
  private requirements: Array<Requirement> = [];
  private route: Bytes = Bytes.of("");

  /** What is wrong goes to `problems`. */
  static read(fields: Fields, naming: Naming, sets: RemoteKeySets): Plan {
    const plan = new Plan();
    const providers = fields.objects("providers");
    for (let i = 0; i < providers.length; i++) plan.providers.push(Provider.read(providers[i], naming, sets));
    plan.required = fields.boolean("required", false);
    const requirements = fields.objects("require");
    for (let i = 0; i < requirements.length; i++) plan.requirements.push(Requirement.read(requirements[i]));
    plan.route = Bytes.of(fields.string("route", ""));
    fields.done();
    return plan;
  }

  static parse(json: Slice, naming: Naming, sets: RemoteKeySets, problems: Problems): Plan {
    return Plan.read(Fields.parse(json, problems), naming, sets);
  }

  /** Wants a token, and believes nobody's. */
  static closed(): Plan {
    const plan = new Plan();
    plan.required = true;
    return plan;
  }

  /** Judges the current request; what comes of it stands in `judgement`. */
  judge(judgement: Judgement): void {
    for (let i = 0; i < this.providers.length; i++) {
      if (!this.providers[i].judge(judgement)) continue;
      judgement.provider = i;
      break;
    }
    if (judgement.wait != null || judgement.refusal != Refusal.None) return;
    const token = judgement.token;
    if (token == null) {
      if (judgement.seen) judgement.refusal = judgement.malformed ? Refusal.Malformed : Refusal.Issuer;
      else if (this.isRequired()) judgement.refusal = Refusal.Missing;
      return;
    }
    target.begin();
    for (let i = 0; i < this.requirements.length; i++) {
      const requirement = this.requirements[i];
      if (requirement.isFor(target) && !requirement.isMet(token.claims)) judgement.refusal = Refusal.Claims;
    }
  }

  /** Makes of a request that may pass what the backend, and later filters, are to see. */
  pass(judgement: Judgement): void {
    let changed = false;
    for (let i = 0; i < this.providers.length; i++) {
      if (this.providers[i].clear()) changed = true;
    }
    const token = judgement.token;
    if (token != null) {
      if (this.providers[judgement.provider].tell(token)) changed = true;
      setProperty(PRINCIPAL, Bytes.of(token.issuer + "/" + token.subject).view());
    }
    // Envoy forgets the route when a module of this ABI changes a request's headers, and chooses by the new ones.
    if (changed && this.route.length > 0) replaceHeader(HeaderMapType.HttpRequestHeaders, ROUTE, this.route.view());
  }

  private isRequired(): bool {
    if (this.required) return true;
    target.begin();
    for (let i = 0; i < this.requirements.length; i++) {
      if (this.requirements[i].isFor(target)) return true;
    }
    return false;
  }
}
