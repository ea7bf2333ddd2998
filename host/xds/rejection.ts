import type { Rejection } from "../../xds/index.js";
import { ConfigError } from "../config/index.js";
import type { Logger } from "../network/index.js";

/** Why a resource is refused. Anything but a ConfigError is a defect of the host, and said in its log. */
export function rejection(name: string, error: unknown, logger: Logger): Rejection {
  if (!(error instanceof ConfigError)) logger.error({ err: error, resource: name }, "a resource could not be applied");
  return { name, reason: error instanceof Error ? error.message : String(error) };
}
