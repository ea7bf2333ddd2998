import { z } from "zod";
import { routeAccess } from "./access.js";
import { attributesMatch } from "./attribute-match.js";
import { fault } from "./fault.js";
import { duration, exportTo, later, port, text } from "./fields.js";
import { mutation } from "./mutation.js";
import { globalRateLimit, localRateLimit } from "./rate-limit.js";
import { routeJwt } from "./request-authentication.js";
import { retries } from "./retries.js";

const destination = z.strictObject({
  host: text,
  subset: text.optional(),
  port: z.strictObject({ number: port }).optional(),
});

const route = z.strictObject({
  name: z.string().optional(),
  match: attributesMatch.optional(),
  route: z
    .array(z.strictObject({ destination, weight: z.number().int().min(0).max(1_000_000).optional() }))
    .min(1, "expected at least one destination"),
  mirror: destination.optional(),
  mirrorPercentage: z.strictObject({ value: z.number().min(0).max(100) }).optional(),
  requestMutation: z.array(mutation).optional(),
  responseMutation: z.array(mutation).optional(),
  /** Meltemi's, as are those that follow. */
  fault: fault.optional(),
  jwt: routeJwt.optional(),
  accessControl: z.array(routeAccess).optional(),
  /** How long a request may wait for its answer, all tries together; 0: as long as its protocol lets it. */
  timeout: duration.optional(),
  retries: retries.optional(),
});

/** Aeraki's MetaRouter: the rules for the requests to a service. */
export const metaRouter = z.strictObject({
  hosts: z.array(text).min(1, "expected at least one host"),
  gateways: later("it applies to every client of the host"),
  exportTo,
  routes: z.array(route).optional(),
  localRateLimit: localRateLimit.optional(),
  globalRateLimit: globalRateLimit.optional(),
});

export type MetaRouterSpec = z.infer<typeof metaRouter>;
export type RouteSpec = z.infer<typeof route>;
export type DestinationSpec = z.infer<typeof destination>;
