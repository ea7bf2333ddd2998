import { z } from "zod";
import { duration, ignored, later, port, text } from "./fields.js";
import { redisAuth } from "./redis-auth.js";

const percentage = z.strictObject({ value: z.number().min(0).max(100) });

const destination = z.strictObject({ host: text, port: port.optional() });

const PREFIX = /^(?![ \t])[^\p{Cc}]*$/u;

const key = z.strictObject({
  prefix: z
    .string()
    .regex(PREFIX, "expected a text without control characters that does not begin with a blank")
    .optional(),
  removePrefix: z.boolean().optional(),
});

const route = z.strictObject({
  /** Without it the route takes what no other does. */
  match: z.strictObject({ key: key.optional() }).optional(),
  route: destination,
  mirror: z
    .array(
      z.strictObject({
        route: destination,
        percentage: percentage.optional(),
        excludeReadCommands: z.boolean().optional(),
      }),
    )
    .optional(),
});

const MOST_MILLISECONDS = 3_600_000;

const fault = z.strictObject({
  type: z.enum(["DELAY", "ERROR"]).optional(),
  /** Not guessed at: it would be all commands, or none. */
  percentage,
  delay: duration
    .refine((milliseconds) => milliseconds <= MOST_MILLISECONDS, 'expected a duration of at most "1h"')
    .optional(),
  commands: z.array(text).optional(),
});

const AS_THEY_COME = "commands are passed on as they come";

const settings = z.strictObject({
  caseInsensitive: z.boolean().optional(),
  opTimeout: duration.optional(),
  /** Commands are counted by their names, asked for or not. */
  enableCommandStats: ignored(),
  maxBufferSizeBeforeFlush: later(AS_THEY_COME),
  bufferFlushTimeout: later(AS_THEY_COME),
  maxUpstreamUnknownConnections: later("MOVED and ASK answers go to the client"),
  enableHashtagging: z
    .literal(true)
    .or(z.unknown().meta({ later: "where servers are chosen by key, hash tags count always" }))
    .optional(),
  enableRedirection: z
    .literal(false)
    .or(z.unknown().meta({ later: "MOVED and ASK answers go to the client" }))
    .optional(),
  readPolicy: z
    .literal("MASTER")
    .or(z.unknown().meta({ later: "reads go where writes go" }))
    .optional(),
  /** Who clients have to say they are. */
  auth: redisAuth.optional(),
});

/** Aeraki's RedisService: the rules for the commands to a service. */
export const redisService = z.strictObject({
  host: z.array(text).min(1, "expected at least one host"),
  settings: settings.optional(),
  redis: z.array(route).optional(),
  faults: z.array(fault).optional(),
});

export type RedisServiceSpec = z.infer<typeof redisService>;
export type RedisRouteSpec = z.infer<typeof route>;
export type RedisFaultSpec = z.infer<typeof fault>;
