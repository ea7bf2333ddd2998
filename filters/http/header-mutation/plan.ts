import { Bytes, Fields, HeaderMapType, Problems, replaceHeader, Slice } from "meltemi/assembly";
import { Mutation } from "./mutation";
import { Wanted } from "./wanted";

/** By this a changed request's route stays the one that was chosen. No attribute has such a header's name. */
const ROUTE = Slice.fixed("x-meltemi-route");

const NOTHING: Array<Bytes | null> = [];

/** All changes of one configuration. */
export class Plan {
  private request: Array<Mutation> = [];
  private response: Array<Mutation> = [];
  /** What responses' templates want of their requests. */
  private wanted: Wanted = new Wanted();
  /** What a changed request says of its route; empty: nothing. */
  private route: Bytes = Bytes.of("");

  /** Reads `{"request": […], "response": […]}`; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const plan = new Plan();
    fill(plan.request, fields.objects("request"), attributes, null);
    fill(plan.response, fields.objects("response"), attributes, plan.wanted);
    plan.route = Bytes.of(fields.string("route", ""));
    fields.done();
    return plan;
  }

  static parse(bytes: Slice, attributes: bool, problems: Problems): Plan {
    return Plan.read(Fields.parse(bytes, problems), attributes);
  }

  /** What of a request is to be kept for its response, as the request came; before `apply`. */
  keep(): Array<Bytes | null> {
    return this.wanted.none ? NOTHING : this.wanted.keep();
  }

  /**
   * Changes the headers of a request or response; false where there was nothing to do.
   * @param kept of the request
   */
  apply(map: HeaderMapType, kept: Array<Bytes | null>): bool {
    const mutations = map == HeaderMapType.HttpRequestHeaders ? this.request : this.response;
    let changed = false;
    for (let i = 0; i < mutations.length; i++) {
      if (mutations[i].apply(map, kept)) changed = true;
    }
    // Envoy forgets the route when a module of this ABI changes a request's headers, and chooses by the new ones.
    const says = changed && this.route.length > 0 && map == HeaderMapType.HttpRequestHeaders;
    if (says) replaceHeader(map, ROUTE, this.route.view());
    return changed;
  }
}

function fill(mutations: Array<Mutation>, list: Array<Fields>, attributes: bool, wanted: Wanted | null): void {
  for (let i = 0; i < list.length; i++) mutations.push(Mutation.read(list[i], attributes, wanted));
}
