import type { Route, Strike } from "../../model/index.js";
import type { RouteFilter } from "./route-filter.js";

/** Delays requests, and answers them with errors. */
export const faultInjection: RouteFilter = {
  module: "fault-injection",
  settings({ fault }: Route) {
    if (fault === undefined) return undefined;
    return { ...(fault.seed !== undefined && { seed: fault.seed }), faults: fault.strikes.map(strike) };
  },
};

function strike({ percentage, match, milliseconds, reply }: Strike) {
  return {
    percentage,
    ...(match !== undefined && { match: [match] }),
    ...(milliseconds !== undefined && { delay: milliseconds }),
    ...(reply !== undefined && { abort: reply }),
  };
}
