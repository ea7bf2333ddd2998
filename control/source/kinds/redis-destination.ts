import { z } from "zod";
import { later, text } from "./fields.js";
import { redisAuth } from "./redis-auth.js";
import { tcpSettings } from "./traffic-policy.js";

const OWN_SLOTS = "its servers are used in turn, and their MOVED answers go to the client";

/** Aeraki's RedisDestination: how the servers of a service are spoken to. */
export const redisDestination = z.strictObject({
  host: text,
  trafficPolicy: z
    .strictObject({
      connectionPool: z
        .strictObject({
          tcp: tcpSettings.optional(),
          redis: z
            .strictObject({
              mode: z
                .literal("PROXY")
                .or(z.literal("CLUSTER").meta({ later: OWN_SLOTS }))
                .optional(),
              /** Who the proxy is to the servers. */
              auth: redisAuth.optional(),
              discoveryEndpoints: later("the servers are the service's endpoints"),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

export type RedisDestinationSpec = z.infer<typeof redisDestination>;
