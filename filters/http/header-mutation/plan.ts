import { Bytes, Fields, HeaderMapType, Problems, replaceHeader, Slice } from "meltemi/assembly";
import { Mutation } from "./mutation";

/** By this a changed request's route stays the one that was chosen. No attribute has such a header's name. */
const ROUTE = Slice.fixed("x-meltemi-route");

/** All changes of one configuration. */
export class Plan {
  private request: Array<Mutation> = [];
  private response: Array<Mutation> = [];
  /** What a changed request says of its route; empty: nothing. */
  private route: Bytes = Bytes.of("");

  /** Reads `{"request": […], "response": […]}`; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const plan = new Plan();
    fill(plan.request, fields.objects("request"), attributes);
    fill(plan.response, fields.objects("response"), attributes);
    plan.route = Bytes.of(fields.string("route", ""));
    fields.done();
    return plan;
  }

  static parse(bytes: Slice, attributes: bool, problems: Problems): Plan {
    return Plan.read(Fields.parse(bytes, problems), attributes);
  }

  /** Changes the headers of a request or response; false where there was nothing to do. */
  apply(map: HeaderMapType): bool {
    const mutations = map == HeaderMapType.HttpRequestHeaders ? this.request : this.response;
    for (let i = 0; i < mutations.length; i++) mutations[i].apply(map);
    // Envoy forgets the route when a module of this ABI changes a request's headers, and chooses by the new ones.
    const says = this.route.length > 0 && map == HeaderMapType.HttpRequestHeaders && mutations.length > 0;
    if (says) replaceHeader(map, ROUTE, this.route.view());
    return mutations.length > 0;
  }
}

function fill(mutations: Array<Mutation>, list: Array<Fields>, attributes: bool): void {
  for (let i = 0; i < list.length; i++) mutations.push(Mutation.read(list[i], attributes));
}
