import type { TLSSocket } from "node:tls";
import type { Validation } from "./secrets.js";
import type { TlsStats } from "./stats.js";
import { altNames } from "./subject-alt-names.js";

/**
 * What is wrong with the peer of a finished handshake, by the name of its counter; undefined where all is well.
 * @param required whether a peer without a certificate is refused
 */
export function problemOf(
  socket: TLSSocket,
  validation: Validation | undefined,
  required: boolean,
): keyof TlsStats | undefined {
  const peer = socket.getPeerX509Certificate();
  if (peer === undefined) return required ? "fail_verify_no_cert" : undefined;
  if (validation === undefined) return undefined;
  if (validation.authorities !== undefined && !socket.authorized) return "fail_verify_error";
  if (validation.names.length === 0) return undefined;
  const names = altNames(peer);
  const holds = validation.names.some((test) => names.some((name) => test(name)));
  return holds ? undefined : "fail_verify_san";
}
