import { z } from "zod";
import { text } from "./fields.js";

/** Who clients must say they are, or who the proxy is to servers: the same form in RedisService and RedisDestination. */
export const redisAuth = z
  .strictObject({
    /** A Secret in the rule's namespace, which has to be among the files. */
    secret: z.strictObject({ name: text, passwordField: text.optional(), usernameField: text.optional() }).optional(),
    plain: z.strictObject({ password: text, username: z.string().optional() }).optional(),
  })
  .refine(
    ({ secret, plain }) => (secret === undefined) !== (plain === undefined),
    "expected exactly one of secret, plain",
  );

export type RedisAuthSpec = z.infer<typeof redisAuth>;
