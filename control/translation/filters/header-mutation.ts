import type { Cut, Mutation, Route, Service } from "../../model/index.js";
import { matched } from "./attribute-match.js";
import type { RouteFilter } from "./route-filter.js";

/** Changes attributes of requests and answers. */
export const headerMutation: RouteFilter = {
  module: "header-mutation",
  settings({ requestMutation, responseMutation, cuts = [] }: Route, _service: Service, kept: string | undefined) {
    if (requestMutation.length + responseMutation.length + cuts.length === 0) return undefined;
    const request = [...requestMutation.map(mutation), ...cuts.map(cut)];
    return { request, response: responseMutation.map(mutation), ...(kept !== undefined && { route: kept }) };
  },
};

function mutation({ kind, name, match, ...more }: Mutation) {
  return { [kind]: name, ...more, ...matched(match) };
}

function cut({ name, prefix, ignoreCase }: Cut) {
  return { cut: name, prefix, ...(ignoreCase && { ignoreCase }) };
}
