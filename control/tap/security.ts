import { readFileSync } from "node:fs";
import { checkServerIdentity, createSecureContext } from "node:tls";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import type { BootstrapTls } from "../bootstrap/index.js";

/** What a channel to a control plane is secured with, and the name that is asked for. @throws Error where a file cannot be read */
export function channelSecurity(
  { authorities, identity, sni }: BootstrapTls,
  host: string,
): { readonly credentials: ChannelCredentials; readonly serverName: string } {
  const name = sni ?? host;
  const context = createSecureContext({
    ca: readFileSync(authorities),
    ...(identity && { cert: readFileSync(identity.certificate), key: readFileSync(identity.key) }),
  });
  const verify = {
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
  };
  // grpc-js would send an address for a name, which no server expects (RFC 6066 §3).
  return { credentials: credentials.createFromSecureContext(context, verify), serverName: sni ?? "localhost" };
}
