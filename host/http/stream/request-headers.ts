import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import type { HeaderMap } from "../headers/index.js";
import type { CidrSet } from "./cidr.js";

/** What of the connection manager's configuration decides over request headers. */
export interface RequestHeaderOptions {
  readonly useRemoteAddress: boolean;
  readonly skipXffAppend: boolean;
  readonly xffNumTrustedHops: number;
  readonly internalAddresses: CidrSet;
  readonly generateRequestId: boolean;
  readonly preserveExternalRequestId: boolean;
  readonly via: string;
}

/** Hop-by-hop headers (RFC 9110, section 7.6.1) that must not go on. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] as const;

/** Headers that steer the router; from an external request they are taken off. */
const INTERNAL_ONLY = [
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
  "x-envoy-original-url",
  "x-envoy-hedge-on-per-try-timeout",
] as const;

/** Taken off at the edge too: an external request on a connection manager that uses the remote address. */
const EDGE_ONLY = [
  "x-envoy-decorator-operation",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
  "x-envoy-original-path",
] as const;

/**
 * Makes the headers of a request what Envoy's connection manager hands to the filters (mutateRequestHeaders). A request
 * is internal where exactly one address is known about it and that address is internal; by default none is.
 */
export function prepareRequestHeaders(headers: HeaderMap, remoteIp: string, options: RequestHeaderOptions): void {
  if (headers.get(":method") !== "CONNECT") for (const name of HOP_BY_HOP) headers.remove(name);
  const te = headers.get("te");
  if (te !== undefined && te !== "trailers") headers.remove("te");

  const forwardedFor = headers.joined("x-forwarded-for");
  const origin = options.useRemoteAddress
    ? trustedAddress(remoteIp, forwardedFor, options)
    : singleAddress(forwardedFor);
  if (options.useRemoteAddress && !options.skipXffAppend) appendForwardedFor(headers, forwardedFor, remoteIp);
  if (!headers.has("x-forwarded-proto")) headers.add("x-forwarded-proto", headers.get(":scheme") ?? "http");
  const internal = origin !== undefined && options.internalAddresses.has(origin);
  const edge = !internal && options.useRemoteAddress;

  if (internal) {
    headers.set("x-envoy-internal", "true");
  } else {
    headers.remove("x-envoy-internal");
    for (const name of INTERNAL_ONLY) headers.remove(name);
    if (edge) {
      for (const name of EDGE_ONLY) headers.remove(name);
      headers.set("x-envoy-external-address", origin ?? remoteIp);
    }
  }
  setRequestId(headers, edge, options);
  if (options.via !== "") {
    const via = headers.joined("via");
    headers.set("via", via === undefined ? options.via : `${via}, ${options.via}`);
  }
}

function setRequestId(headers: HeaderMap, edge: boolean, options: RequestHeaderOptions): void {
  if (edge && !options.preserveExternalRequestId) headers.remove("x-request-id");
  if (options.generateRequestId && !headers.has("x-request-id")) headers.add("x-request-id", randomUUID());
}

/** Without use_remote_address the address is believed only where x-forwarded-for has exactly one. */
function singleAddress(forwardedFor: string | undefined): string | undefined {
  return forwardedFor === undefined || forwardedFor.includes(",") ? undefined : forwardedFor.trim();
}

function trustedAddress(
  remoteIp: string,
  forwardedFor: string | undefined,
  options: RequestHeaderOptions,
): string | undefined {
  if (options.xffNumTrustedHops === 0) return forwardedFor === undefined ? remoteIp : undefined;
  return forwardedFor?.split(",").at(-options.xffNumTrustedHops)?.trim() ?? remoteIp;
}

function appendForwardedFor(headers: HeaderMap, before: string | undefined, remoteIp: string): void {
  const address = remoteIp.startsWith("127.") || remoteIp === "::1" ? ownAddress() : remoteIp;
  headers.set("x-forwarded-for", before === undefined ? address : `${before},${address}`);
}

let own: string | undefined;

/** For a loopback client Envoy writes the machine's own address. */
function ownAddress(): string {
  own ??= Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => address.family === "IPv4" && !address.internal)?.address;
  return own ?? "127.0.0.1";
}
