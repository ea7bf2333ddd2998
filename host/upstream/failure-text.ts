import type { FailureReason } from "./types.js";

/** What Envoy calls an upstream failure. */
export const FAILURE_TEXT: Readonly<Record<FailureReason, string>> = {
  "connect-failure": "remote connection failure",
  "connect-timeout": "connection timeout",
  overflow: "overflow",
  "connection-termination": "connection termination",
  "remote-reset": "remote reset",
  "remote-refused-reset": "remote refused stream reset",
  "protocol-error": "protocol error",
  "local-reset": "local reset",
};

/** The body of the reply that stands for a failure. */
export function failureBody(reason: FailureReason, retried: boolean): string {
  const latest = retried ? "retried and the latest reset reason" : "reset reason";
  return `upstream connect error or disconnect/reset before headers. ${latest}: ${FAILURE_TEXT[reason]}`;
}

/** %RESPONSE_CODE_DETAILS%: no spaces in it. */
export function failureDetails(reason: FailureReason, detail: string): string {
  // Envoy tells the transport's own words only where there was no connection.
  const inner = reason.startsWith("connect-") && detail !== "" ? `|${detail}` : "";
  return `upstream_reset_before_response_started{${(FAILURE_TEXT[reason] + inner).replaceAll(" ", "_")}}`;
}
