import { z } from "zod";
import { didYouMean } from "../nearest.js";
import { duration, ignored } from "./fields.js";

/** Envoy's conditions that make sense of any protocol. */
const CONDITIONS = [
  "5xx",
  "gateway-error",
  "reset",
  "connect-failure",
  "refused-stream",
  "retriable-4xx",
  "envoy-ratelimited",
];

/** Conditions and HTTP statuses, as Istio has them in one text. */
const retryOn = z.string().superRefine((text, context) => {
  for (const word of wordsOf(text)) {
    if (CONDITIONS.includes(word) || /^[1-5]\d\d$/.test(word)) continue;
    const message = `expected HTTP statuses and ${CONDITIONS.join(", ")}, found ${word}${didYouMean(word, CONDITIONS)}`;
    context.addIssue({ code: "custom", message });
  }
});

const MOST_ATTEMPTS = 100;

/** Meltemi's: which requests are sent again when they fail, in the form of Istio's HTTPRetry. */
export const retries = z.strictObject({
  /** How often, beyond the first time; 0: never, not even what certainly reached no backend. */
  attempts: z.number().int().min(0).max(MOST_ATTEMPTS),
  perTryTimeout: duration.refine((milliseconds) => milliseconds >= 1, 'expected at least "1ms"').optional(),
  retryOn: retryOn.optional(),
  /** The protocol's own statuses. */
  codes: z.array(z.number().int().min(0).max(4_294_967_295)).optional(),
  /** The longest first pause; each further one may be twice as long, up to ten times the first. */
  backoff: duration.refine((milliseconds) => milliseconds >= 1, 'expected at least "1ms"').optional(),
  /** Whether other endpoints come first; they do, unless it is false. */
  retryIgnorePreviousHosts: z.boolean().optional(),
  retryRemoteLocalities: ignored(),
});

export type RetriesSpec = z.infer<typeof retries>;

/** The words of `retryOn`. */
export function wordsOf(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
