import { z } from "zod";

/**
 * A field that Aeraki or Istio knows and Meltemi does not act upon yet: taken as it is, with a warning that says `what`
 * this means for the user.
 */
export function later(what: string) {
  return z.unknown().meta({ later: what }).optional();
}

/**
 * A field whose rule would mean something else if it were left out, and that Meltemi cannot act upon: `what` says what to
 * write in its place.
 */
export function refused(what: string) {
  return z
    .unknown()
    .refine((value) => value === undefined, what)
    .optional();
}

/** A field that has no effect here and needs none: taken as it is, without a word. */
export function ignored() {
  return z.unknown().optional();
}

export const text = z.string().min(1, "expected a text that is not empty");

export const port = z.number().int().min(1).max(65_535);

export const count = z.number().int().min(0).max(4_294_967_295);

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, ns: 0.000_001 };

/** `1h30m`, `250ms`, `0.5s`; read as milliseconds. */
export const duration = z
  .string()
  .regex(/^(\d+(\.\d+)?(h|ms|us|ns|m|s))+$/, 'expected a duration such as "250ms", "5s" or "1m30s"')
  .transform((value) => {
    let milliseconds = 0;
    for (const [, number, unit] of value.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)/g)) {
      milliseconds += Number(number) * (UNITS[unit ?? ""] ?? 0);
    }
    return milliseconds;
  });

export const labels = z.record(z.string(), z.string());

/** Istio's and Aeraki's visibility; a folder of files is one mesh, in which everything sees everything. */
export const exportTo = z.array(z.string()).optional();

/** Which services a policy is for: those with a ServiceEntry of this name in its namespace. Without it, all of them. */
export const targetRefs = z
  .array(
    z.strictObject({
      kind: z.literal("ServiceEntry"),
      group: z.literal("networking.istio.io"),
      name: text,
      namespace: text.optional(),
    }),
  )
  .min(1, "expected at least one service")
  .optional();

export type TargetRefs = z.infer<typeof targetRefs>;
