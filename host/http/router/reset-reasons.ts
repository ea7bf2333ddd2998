import type { ResponseFlag } from "../../network/index.js";
import type { FailureReason } from "../../upstream/index.js";

/** How Envoy speaks of an upstream failure: in the reply's body and details, and in the response flags. */
export const RESET_REASONS: Readonly<Record<FailureReason, { readonly text: string; readonly flag: ResponseFlag }>> = {
  "connect-failure": { text: "remote connection failure", flag: "UF" },
  "connect-timeout": { text: "connection timeout", flag: "UF" },
  overflow: { text: "overflow", flag: "UO" },
  "connection-termination": { text: "connection termination", flag: "UC" },
  "remote-reset": { text: "remote reset", flag: "UR" },
  "remote-refused-reset": { text: "remote refused stream reset", flag: "UR" },
  "protocol-error": { text: "protocol error", flag: "UPE" },
  "local-reset": { text: "local reset", flag: "LR" },
};

/** The reply's body. */
export function failureBody(reason: FailureReason, retried: boolean): string {
  const latest = retried ? "retried and the latest reset reason" : "reset reason";
  return `upstream connect error or disconnect/reset before headers. ${latest}: ${RESET_REASONS[reason].text}`;
}

/** %RESPONSE_CODE_DETAILS%: no spaces in it. */
export function failureDetails(reason: FailureReason, detail: string): string {
  // Envoy tells the transport's own words only where there was no connection.
  const inner = reason.startsWith("connect-") && detail !== "" ? `|${detail}` : "";
  return `upstream_reset_before_response_started{${(RESET_REASONS[reason].text + inner).replaceAll(" ", "_")}}`;
}
