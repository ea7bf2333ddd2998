import type { JsonValue } from "@bufbuild/protobuf";
import { didYouMean } from "../source/index.js";

/** The commands of Envoy's format strings that Envoy and Meltemi's host both know, those with an argument apart. */
export const LOG_COMMANDS = [
  "START_TIME",
  "PROTOCOL",
  "RESPONSE_CODE",
  "RESPONSE_CODE_DETAILS",
  "RESPONSE_FLAGS",
  "CONNECTION_TERMINATION_DETAILS",
  "ROUTE_NAME",
  "BYTES_RECEIVED",
  "BYTES_SENT",
  "DURATION",
  "UPSTREAM_CLUSTER",
  "UPSTREAM_CLUSTER_RAW",
  "UPSTREAM_HOST",
  "UPSTREAM_LOCAL_ADDRESS",
  "UPSTREAM_TRANSPORT_FAILURE_REASON",
  "UPSTREAM_REQUEST_ATTEMPT_COUNT",
  "DOWNSTREAM_REMOTE_ADDRESS",
  "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
  "DOWNSTREAM_REMOTE_PORT",
  "DOWNSTREAM_LOCAL_ADDRESS",
  "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
  "DOWNSTREAM_LOCAL_PORT",
  "DOWNSTREAM_PEER_SUBJECT",
  "DOWNSTREAM_TLS_VERSION",
  "REQUESTED_SERVER_NAME",
] as const;
const WITH_ARGUMENT = ["REQ", "RESP", "TRAILER", "DYNAMIC_METADATA", "UPSTREAM_METADATA", "FILTER_STATE"];
/** Those of them that may be cut. */
const WITH_LENGTH = ["REQ", "RESP", "TRAILER", "DYNAMIC_METADATA", "FILTER_STATE"];
const ALL = [...LOG_COMMANDS, ...WITH_ARGUMENT];

/**
 * What is wrong with a format of a log, a line of text or a value of JSON, with the way to it; undefined where it is good. A proxy
 * would refuse the listeners that have it.
 *
 *     format  = *( text / "%%" / command )
 *     command = "%" NAME [ "(" argument ")" ] [ ":" length ] "%"
 */
export function formatProblem(
  format: JsonValue,
  path: readonly PropertyKey[] = [],
): { readonly path: readonly PropertyKey[]; readonly message: string } | undefined {
  if (typeof format === "string") {
    const message = textProblem(format);
    return message === undefined ? undefined : { path, message };
  }
  if (typeof format !== "object" || format === null) return undefined;
  const members = Array.isArray(format) ? format.entries() : Object.entries(format);
  for (const [name, value] of members) {
    const problem = formatProblem(value, [...path, name]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function textProblem(format: string): string | undefined {
  for (const [found, name, argument, length] of format.matchAll(/%%|%([A-Z_]+)(?:\(([^)]*)\))?(?::(\d+))?%|%/g)) {
    if (found === "%%") continue;
    if (name === undefined) return 'expected a command such as %PROTOCOL% behind "%", or "%%" for the sign itself';
    const known: readonly string[] = argument === undefined ? LOG_COMMANDS : WITH_ARGUMENT;
    const good = known.includes(name) && argument !== "";
    if (good && length !== undefined && !WITH_LENGTH.includes(name)) return `expected %${name}% without a length`;
    if (good) continue;
    if (WITH_ARGUMENT.includes(name)) return `expected %${name}(<name>)%`;
    if (ALL.includes(name)) return `expected %${name}% without an argument`;
    return `there is no %${name}%${didYouMean(name, ALL)}; there are ${ALL.join(", ")}`;
  }
  return undefined;
}
