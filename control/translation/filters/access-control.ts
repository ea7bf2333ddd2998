import type { Route, Service } from "../../model/index.js";
import type { RouteFilter } from "./route-filter.js";

/** Refuses requests by who sends them and what they ask. */
export const accessControl: RouteFilter = {
  module: "access-control",
  sessions: true,
  settings({ access: own = [] }: Route, { access = [] }: Service) {
    const policies = [...access, ...own];
    if (policies.length === 0) return undefined;
    return {
      policies: policies.map(({ name, denies, shadow, rules }) => ({
        name,
        action: denies ? "deny" : "allow",
        ...(shadow && { shadow }),
        rules,
      })),
    };
  },
};
