import { z } from "zod";
import { fault } from "./fault.js";
import { duration, exportTo, later, port, text } from "./fields.js";
import { retries } from "./retries.js";

const FORMS = "expected one of exact, prefix, regex, present, range, or nothing (the attribute is there)";

/** How an attribute's value is matched; an empty map asks only that the attribute is there, as Aeraki documents it. */
const attributeMatch = z
  .strictObject({
    exact: z.string().optional(),
    prefix: z.string().optional(),
    regex: text.optional(),
    /** Meltemi's: the attribute is there (true) or not (false). */
    present: z.boolean().optional(),
    /** Meltemi's: a whole number from `start` up to, but not including, `end`. */
    range: z.strictObject({ start: z.number().int(), end: z.number().int() }).optional(),
    /** Meltemi's: everything but what the rest says. */
    invert: z.boolean().optional(),
  })
  .refine(({ invert: _, ...forms }) => Object.keys(forms).length <= 1, `${FORMS}, found several`);

const match = z.strictObject({ attributes: z.record(text, attributeMatch).optional() });

const destination = z.strictObject({
  host: text,
  subset: text.optional(),
  port: z.strictObject({ number: port }).optional(),
});

const mutation = z.array(z.strictObject({ key: text, value: z.string() }));

const route = z.strictObject({
  name: z.string().optional(),
  match: match.optional(),
  route: z
    .array(z.strictObject({ destination, weight: z.number().int().min(0).max(1_000_000).optional() }))
    .min(1, "expected at least one destination"),
  mirror: destination.optional(),
  mirrorPercentage: z.strictObject({ value: z.number().min(0).max(100) }).optional(),
  requestMutation: mutation.optional(),
  responseMutation: mutation.optional(),
  /** Meltemi's, as are the next two. */
  fault: fault.optional(),
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
  localRateLimit: later("requests are not limited"),
  globalRateLimit: later("requests are not limited"),
});

export type MetaRouterSpec = z.infer<typeof metaRouter>;
export type RouteSpec = z.infer<typeof route>;
export type DestinationSpec = z.infer<typeof destination>;
export type AttributeMatchSpec = z.infer<typeof attributeMatch>;
