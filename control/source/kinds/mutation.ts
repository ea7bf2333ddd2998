import { z } from "zod";
import { attributesMatch } from "./attribute-match.js";
import { text } from "./fields.js";

const OPERATOR = /%(?:REQ\([^)%]+\)|RESP\([^)%]+\)|PEER|ROUTE_NAME|SERVICE|OPERATION|)%/g;

/** Text between operators; what is left of a `%` is none. */
const template = z
  .string()
  .refine(
    (value) => !value.replaceAll(OPERATOR, "").includes("%"),
    "expected text with %REQ(name)%, %RESP(name)%, %PEER%, %ROUTE_NAME%, %SERVICE%, %OPERATION% or %%",
  );

const FORMS = ["value", "template", "remove", "rename", "copyTo"] as const;

/** Aeraki's: an attribute gets a value. All but `key` and `value` is Meltemi's. */
export const mutation = z
  .strictObject({
    key: text,
    value: z.string().optional(),
    /** In the place of `value`: what it is made of. */
    template: template.optional(),
    /** With `value` or `template`: beside the values that are there. */
    append: z.boolean().optional(),
    remove: z.literal(true).optional(),
    rename: text.optional(),
    copyTo: text.optional(),
    /** Of the request or response that is changed. */
    match: attributesMatch.optional(),
  })
  .refine(
    (fields) => FORMS.filter((form) => fields[form] !== undefined).length === 1,
    `expected exactly one of ${FORMS.join(", ")}`,
  )
  .refine(
    ({ append, value, template: made }) => append === undefined || value !== undefined || made !== undefined,
    "expected append with value or template only",
  );

export type MutationSpec = z.infer<typeof mutation>;
