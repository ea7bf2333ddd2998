import { Fields, HeaderMapType, Problems, Slice } from "meltemi/assembly";
import { Mutation } from "./mutation";

/** All changes of one configuration. */
export class Plan {
  private request: Array<Mutation> = [];
  private response: Array<Mutation> = [];

  /** Reads `{"request": […], "response": […]}`; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const plan = new Plan();
    fill(plan.request, fields.objects("request"), attributes);
    fill(plan.response, fields.objects("response"), attributes);
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
    return mutations.length > 0;
  }
}

function fill(mutations: Array<Mutation>, list: Array<Fields>, attributes: bool): void {
  for (let i = 0; i < list.length; i++) mutations.push(Mutation.read(list[i], attributes));
}
