import type { Attribute, Cut, Route, Service } from "../../model/index.js";
import type { RouteFilter } from "./route-filter.js";

/** Changes attributes of requests and answers. */
export const headerMutation: RouteFilter = {
  module: "header-mutation",
  settings({ requestMutation, responseMutation, cuts = [] }: Route, _service: Service, kept: string | undefined) {
    if (requestMutation.length + responseMutation.length + cuts.length === 0) return undefined;
    const request = [...requestMutation.map(set), ...cuts.map(cut)];
    return { request, response: responseMutation.map(set), ...(kept !== undefined && { route: kept }) };
  },
};

function set({ name, value }: Attribute) {
  return { set: name, value };
}

function cut({ name, prefix, ignoreCase }: Cut) {
  return { cut: name, prefix, ...(ignoreCase && { ignoreCase }) };
}
