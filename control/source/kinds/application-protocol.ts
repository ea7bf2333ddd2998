import { z } from "zod";
import { text } from "./fields.js";

/** Aeraki's ApplicationProtocol: which codec reads a protocol. */
export const applicationProtocol = z.strictObject({
  protocol: text,
  /** The name of a codec module, or Aeraki's `aeraki.meta_protocol.codec.<name>`. */
  codec: text,
});

export type ApplicationProtocolSpec = z.infer<typeof applicationProtocol>;
