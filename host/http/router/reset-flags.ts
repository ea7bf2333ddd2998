import type { ResponseFlag } from "../../network/index.js";
import type { FailureReason } from "../../upstream/index.js";

/** The response flag of each upstream failure. */
export const RESET_FLAGS: Readonly<Record<FailureReason, ResponseFlag>> = {
  "connect-failure": "UF",
  "connect-timeout": "UF",
  overflow: "UO",
  "connection-termination": "UC",
  "remote-reset": "UR",
  "remote-refused-reset": "UR",
  "protocol-error": "UPE",
  "local-reset": "LR",
};
