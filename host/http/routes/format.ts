import type { JsonValue } from "@bufbuild/protobuf";
import { ConfigError } from "../../config/index.js";
import type { StreamInfo } from "../../network/index.js";
import { type TlsIdentity, tlsProperty } from "../../tls/index.js";
import { asciiLower, type HeaderMap, toByteString } from "../headers/index.js";

/** What a format string may speak of. */
export interface FormatContext {
  readonly info: StreamInfo & {
    readonly bytesReceived?: number;
    readonly bytesSent?: number;
    readonly duration?: number | undefined;
  };
  readonly protocol: string;
  /** How the client's connection ended, or will. */
  readonly connectionDetails?: string | undefined;
  readonly tls?: TlsIdentity | undefined;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly routeName: string;
  readonly requestHeaders: HeaderMap;
  readonly responseHeaders?: HeaderMap | undefined;
  readonly responseTrailers?: HeaderMap | undefined;
  readonly responseCode?: number | undefined;
  readonly responseCodeDetails?: string | undefined;
}

/** A compiled format string. */
export type Formatter = (context: FormatContext) => string;

type Command = (context: FormatContext) => string | undefined;

/**
 * Compiles Envoy's substitution format: text, `%%`, and commands `%NAME%`, `%NAME(argument)%`, `%NAME(argument):length%`.
 * What a command does not find is written as `absent` (headers: empty; access logs: `-`).
 */
export function compileFormat(format: string, path: string, absent = ""): Formatter {
  const parts: (string | Command)[] = [];
  const grammar = /%%|%([A-Z_]+)(?:\(([^)]*)\))?(?::(\d+))?%|%/g;
  let at = 0;
  for (const found of format.matchAll(grammar)) {
    if (found.index > at) parts.push(toByteString(format.slice(at, found.index)));
    at = found.index + found[0].length;
    if (found[0] === "%%") parts.push("%");
    else parts.push(limited(found[1], found[2], found[3], path));
  }
  if (at < format.length) parts.push(toByteString(format.slice(at)));
  if (parts.every((part) => typeof part === "string")) {
    const text = parts.join("");
    return () => text;
  }
  return (context) => parts.map((part) => (typeof part === "string" ? part : (part(context) ?? absent))).join("");
}

/**
 * Compiles a format string of a JSON log. A single command keeps its type, and is null where it finds nothing; what
 * stands within text is written as in a line of text.
 */
export function compileValue(format: string, path: string): (context: FormatContext) => JsonValue {
  const [whole, name, argument, length] = /^%([A-Z_]+)(?:\(([^)]*)\))?(?::(\d+))?%$/.exec(format) ?? [];
  if (whole === undefined) {
    const text = compileFormat(format, path, "-");
    return (context) => fromByteString(text(context));
  }
  if (name === "DYNAMIC_METADATA" && length === undefined) {
    const find = metadataValue(argument ?? "");
    return (context) => (find(context) ?? null) as JsonValue;
  }
  const inner = limited(name, argument, length, path);
  const numeric = name !== undefined && NUMERIC.has(name) && length === undefined;
  return (context) => {
    const value = inner(context);
    if (value === undefined) return null;
    return numeric ? Number(value) : fromByteString(value);
  };
}

function fromByteString(value: string): string {
  return Buffer.from(value, "latin1").toString();
}

/** Of these, as of no others, Envoy takes a length. */
const WITH_LENGTH: ReadonlySet<string | undefined> = new Set([
  "REQ",
  "RESP",
  "TRAILER",
  "DYNAMIC_METADATA",
  "FILTER_STATE",
]);

function limited(
  name: string | undefined,
  argument: string | undefined,
  length: string | undefined,
  path: string,
): Command {
  const inner = command(name, argument, path);
  if (length === undefined) return inner;
  if (!WITH_LENGTH.has(name)) throw new ConfigError(path, `format command %${name}% takes no length`);
  const limit = Number(length);
  return (context) => inner(context)?.slice(0, limit);
}

function command(name: string | undefined, argument: string | undefined, path: string): Command {
  const plain = name === undefined ? undefined : PLAIN[name];
  if (plain && argument === undefined) return plain;
  switch (name) {
    case "REQ":
      return header(argument, path, (context) => context.requestHeaders);
    case "RESP":
      return header(argument, path, (context) => context.responseHeaders);
    case "TRAILER":
      return header(argument, path, (context) => context.responseTrailers);
    case "DYNAMIC_METADATA":
      return metadata(argument ?? "");
    case "UPSTREAM_METADATA":
      return upstreamMetadata(argument ?? "");
    case "FILTER_STATE":
      return filterState(argument ?? "");
    case "START_TIME":
      if (argument === undefined || argument === "") return (context) => new Date(context.info.startTime).toISOString();
      break;
  }
  const spelled = name === undefined ? "a lone '%' (write '%%')" : `%${name}${argument === undefined ? "" : "(…)"}%`;
  throw new ConfigError(path, `format command ${spelled} is not implemented`);
}

const PLAIN: Readonly<Record<string, Command>> = {
  PROTOCOL: (context) => context.protocol,
  RESPONSE_CODE: (context) => String(context.responseCode ?? 0),
  RESPONSE_CODE_DETAILS: (context) => context.responseCodeDetails,
  RESPONSE_FLAGS: (context) => [...context.info.responseFlags].join(",") || "-",
  CONNECTION_TERMINATION_DETAILS: (context) => context.connectionDetails,
  REQUESTED_SERVER_NAME: (context) => context.tls?.serverName || undefined,
  DOWNSTREAM_TLS_VERSION: (context) => context.tls?.version || undefined,
  DOWNSTREAM_PEER_SUBJECT: (context) => tlsText(context.tls, "subject_peer_certificate"),
  ROUTE_NAME: (context) => context.routeName || undefined,
  UPSTREAM_CLUSTER: (context) => context.info.upstreamCluster,
  // A cluster's statistics have no other name here.
  UPSTREAM_CLUSTER_RAW: (context) => context.info.upstreamCluster,
  UPSTREAM_LOCAL_ADDRESS: (context) => context.info.upstreamLocalAddress,
  UPSTREAM_REQUEST_ATTEMPT_COUNT: (context) => String(context.info.upstreamAttempts),
  UPSTREAM_HOST: (context) => context.info.upstreamEndpoint?.name,
  UPSTREAM_TRANSPORT_FAILURE_REASON: (context) => context.info.upstreamFailure,
  DOWNSTREAM_REMOTE_ADDRESS: (context) => context.remoteAddress,
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: (context) => withoutPort(context.remoteAddress),
  DOWNSTREAM_REMOTE_PORT: (context) => portOf(context.remoteAddress),
  DOWNSTREAM_LOCAL_ADDRESS: (context) => context.localAddress,
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: (context) => withoutPort(context.localAddress),
  DOWNSTREAM_LOCAL_PORT: (context) => portOf(context.localAddress),
  BYTES_RECEIVED: (context) => String(context.info.bytesReceived ?? 0),
  BYTES_SENT: (context) => String(context.info.bytesSent ?? 0),
  DURATION: (context) => String(context.info.duration ?? Date.now() - context.info.startTime),
};

/** What is written into JSON as numbers. */
const NUMERIC: ReadonlySet<string> = new Set([
  "RESPONSE_CODE",
  "DOWNSTREAM_LOCAL_PORT",
  "DOWNSTREAM_REMOTE_PORT",
  "UPSTREAM_REQUEST_ATTEMPT_COUNT",
  "BYTES_RECEIVED",
  "BYTES_SENT",
  "DURATION",
]);

/** `NAME` or `NAME?ALTERNATIVE`. */
function header(
  argument: string | undefined,
  path: string,
  of: (context: FormatContext) => HeaderMap | undefined,
): Command {
  const [first = "", second] = (argument ?? "").split("?").map((name) => asciiLower(name));
  if (first === "") throw new ConfigError(path, "a header name is expected in the parentheses");
  return (context) => of(context)?.get(first) ?? (second === undefined ? undefined : of(context)?.get(second));
}

function metadata(argument: string): Command {
  const find = metadataValue(argument);
  return (context) => {
    const value = find(context);
    return value === undefined || value === null ? undefined : toByteString(spell(value));
  };
}

/** `NAMESPACE:KEY:KEY…` */
function metadataValue(argument: string): (context: FormatContext) => unknown {
  const keys = argument.split(":");
  return (context) => valueAt(context.info.dynamicMetadata, keys);
}

function valueAt(metadata: unknown, keys: readonly string[]): unknown {
  let value = metadata;
  for (const key of keys) value = value !== null && typeof value === "object" ? Reflect.get(value, key) : undefined;
  return value;
}

/** As Envoy, only texts and numbers, of the endpoint that the request went to. */
function upstreamMetadata(argument: string): Command {
  const keys = argument.split(":");
  return (context) => {
    const value = valueAt(context.info.upstreamEndpoint?.metadata, keys);
    return typeof value === "string" || typeof value === "number" ? toByteString(String(value)) : undefined;
  };
}

function spell(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `KEY` or `KEY:PLAIN`. */
function filterState(argument: string): Command {
  const key = argument.replace(/:PLAIN$/, "");
  return (context) => {
    const value = context.info.filterState.get(key);
    return typeof value === "string" || value === undefined ? value : Buffer.from(value).toString("latin1");
  };
}

/** Internal addresses have none. */
function portOf(address: string): string | undefined {
  return address.startsWith("envoy://") ? undefined : address.slice(address.lastIndexOf(":") + 1);
}

function tlsText(tls: TlsIdentity | undefined, key: string): string | undefined {
  const value = tlsProperty(tls, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** As Envoy, which leaves internal addresses as they are. */
function withoutPort(address: string): string {
  return address.startsWith("envoy://") ? address : address.slice(0, address.lastIndexOf(":"));
}
