import { z } from "zod";
import { accessDecision } from "./access.js";
import { refused, targetRefs } from "./fields.js";

const NO_WORKLOADS = "expected no selector: files know no workloads, name services in targetRefs";

/** Istio's AuthorizationPolicy: who may ask what of services. */
export const authorizationPolicy = z.strictObject({
  ...accessDecision,
  targetRefs,
  selector: refused(NO_WORKLOADS),
});

export type AuthorizationPolicySpec = z.infer<typeof authorizationPolicy>;
