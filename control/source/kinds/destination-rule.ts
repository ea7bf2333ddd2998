import { z } from "zod";
import { exportTo, labels, later, text } from "./fields.js";
import { trafficPolicy } from "./traffic-policy.js";

/** Istio's DestinationRule: the subsets of a service, and how its endpoints are chosen and used. */
export const destinationRule = z.strictObject({
  host: text,
  trafficPolicy: trafficPolicy.optional(),
  subsets: z
    .array(z.strictObject({ name: text, labels: labels.optional(), trafficPolicy: trafficPolicy.optional() }))
    .optional(),
  exportTo,
  workloadSelector: later("it applies to every client of the host"),
});

export type DestinationRuleSpec = z.infer<typeof destinationRule>;
