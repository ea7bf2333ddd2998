import type { Route } from "../../model/index.js";
import type { RouteFilter } from "./route-filter.js";

/** Delays requests, and answers them with errors. Delay and abort are drawn apart, as Istio has it. */
export const faultInjection: RouteFilter = {
  module: "fault-injection",
  settings({ fault }: Route) {
    if (fault === undefined) return undefined;
    const { delay, abort, seed } = fault;
    return {
      ...(seed !== undefined && { seed }),
      faults: [
        ...(delay === undefined ? [] : [{ percentage: delay.percentage, delay: delay.milliseconds }]),
        ...(abort === undefined ? [] : [{ percentage: abort.percentage, abort: abort.reply }]),
      ],
    };
  },
};
