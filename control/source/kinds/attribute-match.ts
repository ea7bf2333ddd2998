import { z } from "zod";
import { text } from "./fields.js";

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

/** All of them must hold; names are matched in any spelling. */
export const attributesMatch = z.strictObject({ attributes: z.record(text, attributeMatch).optional() });

export type AttributeMatchSpec = z.infer<typeof attributeMatch>;
export type AttributesMatchSpec = z.infer<typeof attributesMatch>;
