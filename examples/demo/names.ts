import { isIP } from "node:net";
import type { Endpoint } from "../../control/index.js";

/** The first label of a host. */
export function nameOf(host: string): string {
  return host.split(".")[0] ?? host;
}

/** What a backend is called: `reviews v2`. */
export function backendName(host: string, endpoint: Endpoint): string {
  return `${nameOf(host)} ${endpoint.labels["version"] ?? addressOf(endpoint)}`;
}

export function addressOf({ address, port }: Pick<Endpoint, "address" | "port">): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
