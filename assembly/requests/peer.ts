import { Slice } from "../bytes";
import { getProperty } from "../hostcalls";

// In the order in which Envoy's RBAC filter looks.
const URI = Slice.fixed("connection\0uri_san_peer_certificate");
const DNS = Slice.fixed("connection\0dns_san_peer_certificate");
const SUBJECT = Slice.fixed("connection\0subject_peer_certificate");

/**
 * Who the peer's certificate says it is: its first URI SAN, else its first DNS SAN, else its subject; null where it showed
 * none. Good until the callback returns.
 */
export function peerName(): Slice | null {
  let name = getProperty(URI);
  if (name == null || name.length == 0) name = getProperty(DNS);
  if (name == null || name.length == 0) name = getProperty(SUBJECT);
  return name == null || name.length == 0 ? null : name;
}

/**
 * On a request without an answer, which comes in again by a listener of the proxy's own: `peerName` of the connection that
 * it came on. No attribute has such a header's name.
 */
export const PEER = Slice.fixed("x-meltemi-peer");
