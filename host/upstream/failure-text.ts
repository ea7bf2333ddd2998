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

/** strerror(3) of what a connect attempt may end with. */
const ERRNO_TEXT: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  ETIMEDOUT: "Connection timed out",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
};

/** What Envoy says of a TCP connection that did not come about. */
export function connectErrorText({ code, message }: NodeJS.ErrnoException): string {
  return `delayed connect error: ${ERRNO_TEXT[code ?? ""] ?? message}`;
}
