import { z } from "zod";
import { attributesMatch } from "./attribute-match.js";
import { count, duration, text } from "./fields.js";

const MOST_MILLISECONDS = 86_400_000;

const interval = duration.refine(
  (milliseconds) => milliseconds >= 1 && milliseconds <= MOST_MILLISECONDS,
  'expected a duration from "1ms" to "24h"',
);

const tokenBucket = z.strictObject({
  maxTokens: count,
  /** 1, if it is not said. */
  tokensPerFill: count.min(1).optional(),
  fillInterval: interval,
});

/** Aeraki's: buckets of tokens in the proxy itself. */
export const localRateLimit = z.strictObject({
  /** For what no condition is for. */
  tokenBucket: tokenBucket.optional(),
  /** The first that matches counts. */
  conditions: z.array(z.strictObject({ match: attributesMatch.optional(), tokenBucket })).optional(),
});

/** Aeraki's: a rate limit service, which counts for all proxies. */
export const globalRateLimit = z.strictObject({
  /** Empty: everything. */
  match: attributesMatch.optional(),
  domain: text,
  /** 20 ms, if it is not said. */
  requestTimeout: interval.optional(),
  /** Requests are refused where the service does not answer. */
  denyOnFail: z.boolean().optional(),
  rateLimitService: z
    .string()
    .regex(/^outbound\|\d{1,5}\|\|[^|]+$/, 'expected a cluster of Istio\'s form, "outbound|<port>||<host>"'),
  descriptors: z
    .array(z.strictObject({ property: text, descriptorKey: text }))
    .min(1, "expected at least one descriptor"),
});

export type TokenBucketSpec = z.infer<typeof tokenBucket>;
export type LocalRateLimitSpec = z.infer<typeof localRateLimit>;
export type GlobalRateLimitSpec = z.infer<typeof globalRateLimit>;
