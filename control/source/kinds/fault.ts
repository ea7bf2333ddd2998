import { z } from "zod";
import { duration, text } from "./fields.js";

const percentage = z.strictObject({ value: z.number().min(0).max(100) });

const MOST_MILLISECONDS = 3_600_000;

const delay = z.strictObject({
  percentage,
  fixedDelay: duration.refine(
    (milliseconds) => milliseconds >= 1 && milliseconds <= MOST_MILLISECONDS,
    'expected a duration from "1ms" to "1h"',
  ),
});

const abort = z
  .strictObject({
    percentage,
    /** Answers as if a proxy had given this HTTP status: a codec says it in its protocol's own words. */
    httpStatus: z.number().int().min(200).max(599).optional(),
    /** The protocol's own status. */
    code: z.number().int().min(0).max(65_535).optional(),
    /** An exception of the application's, by its class. */
    exception: text.max(256, "expected at most 256 characters").optional(),
    /** What the caller reads, as it is. */
    message: z.string().max(1024, "expected at most 1024 characters").optional(),
  })
  .refine(
    ({ httpStatus, code, exception }) =>
      [httpStatus, code, exception].filter((field) => field !== undefined).length === 1,
    "expected exactly one of httpStatus, code, exception",
  );

/** Meltemi's: faults on purpose, in the form of Istio's HTTPFaultInjection. */
export const fault = z
  .strictObject({
    delay: delay.optional(),
    abort: abort.optional(),
    /** Runs with the same seed come out the same. */
    seed: z.number().int().min(0).max(4_294_967_295).optional(),
  })
  .refine((fields) => fields.delay !== undefined || fields.abort !== undefined, "expected delay, abort, or both");

export type FaultSpec = z.infer<typeof fault>;
