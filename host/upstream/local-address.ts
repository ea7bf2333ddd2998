import type { Duplex } from "node:stream";
import { hostPort } from "../config/index.js";

/** This end of a connection: `ip:port`, or what Envoy calls the end of one to an internal listener. */
export function localAddressOf(transport: Duplex): string {
  const { localAddress, localPort } = transport as Duplex & { localAddress?: string; localPort?: number };
  if (localAddress === undefined || localPort === undefined) return "envoy://internal_client_address/";
  return hostPort(localAddress, localPort);
}
