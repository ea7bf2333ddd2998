import { X509Certificate } from "node:crypto";
import { createSecureContext, type PeerCertificate } from "node:tls";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import type { UpstreamTlsContext } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { TlsMaterial } from "./material.js";
import { altNames } from "./subject-alt-names.js";

/**
 * grpc-js sends the address for a name where it is told none, which for an IP address no server expects (RFC 6066 §3): then
 * it is this.
 */
const NO_NAME = "localhost";

/**
 * What a gRPC channel is secured with, as a cluster's context says it. Files are read now: a channel that is opened later has what
 * is in them then.
 * @throws ConfigError
 */
export function channelSecurity(
  context: UpstreamTlsContext,
  path: string,
): { readonly credentials: ChannelCredentials; readonly serverName: string } {
  const material = new TlsMaterial(context.commonTlsContext, `${path}.common_tls_context`, undefined).current;
  const names = material?.validation?.names ?? [];
  const verify = {
    rejectUnauthorized: material?.validation?.authorities !== undefined,
    checkServerIdentity: (_: string, { raw }: PeerCertificate) => {
      if (names.length === 0) return undefined;
      const its = altNames(new X509Certificate(raw));
      return names.some((test) => its.some((name) => test(name)))
        ? undefined
        : new Error("the names in its certificate are not those expected");
    },
  };
  return {
    credentials: credentials.createFromSecureContext(createSecureContext(material?.options), verify),
    serverName: context.sni || NO_NAME,
  };
}
