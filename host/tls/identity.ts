import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { altNames } from "./subject-alt-names.js";

/** What is known of a connection by its handshake. Certificates are looked into only where somebody asks. */
export interface TlsIdentity {
  /** `TLSv1.3`. */
  readonly version: string;
  /** The name that the client asked for (SNI); empty where it asked for none. */
  readonly serverName: string;
  readonly peer: X509Certificate | undefined;
  readonly local: X509Certificate | undefined;
}

/** Reads a finished handshake; its certificates stay readable after the socket is gone. */
export function identityOf(socket: TLSSocket): TlsIdentity {
  const { servername } = socket as TLSSocket & { readonly servername?: string | false | null };
  return {
    version: socket.getProtocol() ?? "",
    serverName: servername || "",
    peer: socket.getPeerX509Certificate(),
    local: socket.getX509Certificate(),
  };
}

/**
 * A property of Envoy's `connection` namespace that TLS is asked for; undefined where there is no such name, no such value,
 * or no TLS. Without TLS no server name was asked for, as Envoy says it: an empty one.
 */
export function tlsProperty(identity: TlsIdentity | undefined, key: string): string | boolean | undefined {
  if (key === "mtls") return identity?.peer !== undefined;
  if (identity === undefined) return key === "requested_server_name" ? "" : undefined;
  const { peer, local } = identity;
  switch (key) {
    case "tls_version":
      return identity.version;
    case "requested_server_name":
      return identity.serverName;
    case "subject_peer_certificate":
      return peer && subject(peer);
    case "subject_local_certificate":
      return local && subject(local);
    case "dns_san_peer_certificate":
      return firstName(peer, "DNS");
    case "dns_san_local_certificate":
      return firstName(local, "DNS");
    case "uri_san_peer_certificate":
      return firstName(peer, "URI");
    case "uri_san_local_certificate":
      return firstName(local, "URI");
    case "sha256_peer_certificate_digest":
      return peer?.fingerprint256.replaceAll(":", "").toLowerCase();
    default:
      return undefined;
  }
}

/** As RFC 2253 writes it, which Envoy does: the last part first. Node has one part a line, its values escaped already. */
function subject(certificate: X509Certificate): string {
  return certificate.subject.split("\n").reverse().join(",");
}

function firstName(certificate: X509Certificate | undefined, kind: string): string | undefined {
  return certificate && altNames(certificate).find((name) => name.kind === kind)?.value;
}
