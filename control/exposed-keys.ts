import type { ServerTlsFiles } from "../xds/index.js";
import type { Model } from "./model/index.js";

/** What is wrong where the private keys of rules go out to whoever asks for them; undefined where they do not. */
export function exposedKeys(
  { services, callouts = [] }: Model,
  host: string,
  tls: ServerTlsFiles | undefined,
): string | undefined {
  if (tls?.clientAuthorities !== undefined || isLoopback(host)) return undefined;
  const contexts = [
    ...services.flatMap(({ tls, backendTls, inbound }) => [tls, backendTls, inbound?.tls]),
    ...callouts.map(({ tls }) => tls),
  ];
  if (contexts.every((context) => context?.identity === undefined)) return undefined;
  const how = tls === undefined ? "in plain text" : "to clients that show no certificate";
  return `private keys of the rules are served ${how}, on an address that is not loopback's`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
