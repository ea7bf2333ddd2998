import { z } from "zod";
import { duration, refused, targetRefs, text } from "./fields.js";

const NO_WORKLOADS = "expected no selector: files know no workloads, name services in targetRefs";
const ATTRIBUTES_ONLY = "expected no such place: a token stands in an attribute, name it in fromHeaders";
const MOST_MILLISECONDS = 86_400_000;

const jwksUri = z
  .string()
  .regex(/^https?:\/\/[^/?#@\s]+(\/[^#\s]*)?$/, 'expected a URI such as "https://issuer.example/keys"');

const milliseconds = duration.refine(
  (value) => value >= 1 && value <= MOST_MILLISECONDS,
  'expected a duration from "1ms" to "24h"',
);

const jwtRule = z
  .strictObject({
    issuer: text,
    audiences: z.array(text).optional(),
    /** JSON. */
    jwks: text.optional(),
    jwksUri: jwksUri.optional(),
    fromHeaders: z.array(z.strictObject({ name: text, prefix: z.string().optional() })).optional(),
    fromParams: refused(ATTRIBUTES_ONLY),
    fromCookies: refused(ATTRIBUTES_ONLY),
    outputPayloadToHeader: text.optional(),
    outputClaimToHeaders: z.array(z.strictObject({ header: text, claim: text })).optional(),
    forwardOriginalToken: z.boolean().optional(),
    /** How long to wait for the keys. */
    timeout: milliseconds.optional(),
    /** Meltemi's: how old keys may grow before they are fetched anew. */
    cacheDuration: milliseconds.optional(),
    /** Meltemi's: how far clocks may differ. */
    clockSkew: duration.optional(),
  })
  .refine(
    ({ jwks, jwksUri: uri }) => (jwks === undefined) !== (uri === undefined),
    "expected exactly one of jwks, jwksUri",
  );

/** Istio's RequestAuthentication: whose tokens are believed. */
export const requestAuthentication = z.strictObject({
  targetRefs,
  selector: refused(NO_WORKLOADS),
  jwtRules: z.array(jwtRule).optional(),
});

/** Meltemi's, of one route: what its requests want of a token, beside that it is good. */
export const routeJwt = z.strictObject({
  /** There has to be one; so it has where claims are asked for. */
  required: z.boolean().optional(),
  /** Values by claim, one of which it must have. */
  claims: z.record(text, z.array(text).min(1, "expected at least one value")).optional(),
});

export type RequestAuthenticationSpec = z.infer<typeof requestAuthentication>;
export type JwtRuleSpec = z.infer<typeof jwtRule>;
export type RouteJwtSpec = z.infer<typeof routeJwt>;
