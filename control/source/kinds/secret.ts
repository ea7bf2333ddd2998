import { z } from "zod";
import { ignored } from "./fields.js";

// What is found there instead is nobody's business.
const NOT_TOLD = "expected base64, found something else";

/** Kubernetes' Secret, for the rules that name one; its fields stand at the document's root. */
export const secret = z.strictObject({
  type: ignored(),
  immutable: ignored(),
  /** In base64. */
  data: z.record(z.string(), z.base64(NOT_TOLD)).optional(),
  /** As it is; comes before `data`. */
  stringData: z.record(z.string(), z.string()).optional(),
});

export type SecretSpec = z.infer<typeof secret>;
