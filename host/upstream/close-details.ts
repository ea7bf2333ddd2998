/** What tcp_proxy says when it closes a downstream connection because no endpoint took the connection. */
export const CONNECT_FAILURE_DETAILS = "upstream_connect_failure";

/**
 * An internal connection is up before the connection behind it is. Where that one was refused before anything came back,
 * its cluster counts a connect failure (UF), as Envoy does.
 */
export function isConnectFailure(closeDetails: string | undefined): boolean {
  return closeDetails?.startsWith(CONNECT_FAILURE_DETAILS) === true;
}
