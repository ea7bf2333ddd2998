import type { Attribute, Route } from "../../model/index.js";
import type { RouteFilter } from "./route-filter.js";

/** Changes attributes of requests and answers. */
export const headerMutation: RouteFilter = {
  module: "header-mutation",
  settings({ requestMutation, responseMutation }: Route) {
    if (requestMutation.length === 0 && responseMutation.length === 0) return undefined;
    return { request: requestMutation.map(set), response: responseMutation.map(set) };
  },
};

function set({ name, value }: Attribute) {
  return { set: name, value };
}
