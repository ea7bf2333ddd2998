import type { ReadableMap } from "../context.js";
import type { PropertyMap, PropertyNamespace, PropertyValue } from "../property-value.js";
import { inNamespace } from "./plugin-properties.js";

/** The maps that are readable at the moment; what is not, reads as empty. */
export interface MessageMaps {
  readonly requestHeaders?: ReadableMap | undefined;
  readonly responseHeaders?: ReadableMap | undefined;
  readonly responseTrailers?: ReadableMap | undefined;
}

const REQUEST_FIELDS: Readonly<Record<string, string>> = {
  path: ":path",
  host: ":authority",
  scheme: ":scheme",
  method: ":method",
  referer: "referer",
  useragent: "user-agent",
  id: "x-request-id",
};

/**
 * `request`: what comes from the headers follows the phase, the rest (`time`, `duration`, …) is the chain's. The chain's
 * `size` is the bytes received so far.
 */
export function requestNamespace(maps: MessageMaps, own: PropertyValue | undefined): PropertyNamespace {
  const headers = maps.requestHeaders;
  return {
    kind: "namespace",
    get(key) {
      const field = REQUEST_FIELDS[key];
      if (field !== undefined) return joined(headers, field);
      switch (key) {
        case "headers":
          return headersMap(headers, hostIsAuthority);
        case "url_path":
          return joined(headers, ":path")?.replace(/\?.*$/s, "");
        case "query":
          return queryOf(joined(headers, ":path"));
        case "size":
          return declaredSize(headers) ?? inNamespace(own, "size");
        case "total_size":
          return plusHeaders(inNamespace(own, "size"), [headers]);
        default:
          return inNamespace(own, key);
      }
    },
  };
}

/** `response`, likewise. */
export function responseNamespace(maps: MessageMaps, own: PropertyValue | undefined): PropertyNamespace {
  const { responseHeaders: headers, responseTrailers: trailers } = maps;
  return {
    kind: "namespace",
    get(key) {
      switch (key) {
        case "headers":
          return headersMap(headers);
        case "trailers":
          return headersMap(trailers);
        case "grpc_status": {
          const status = joined(trailers, "grpc-status") ?? joined(headers, "grpc-status");
          return status !== undefined && /^[0-9]+$/.test(status) ? BigInt(status) : inNamespace(own, key);
        }
        case "total_size":
          return plusHeaders(inNamespace(own, "size"), [headers, trailers]);
        default:
          return inNamespace(own, key);
      }
    },
  };
}

function queryOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const at = path.indexOf("?");
  return at < 0 ? "" : path.slice(at + 1).replace(/#.*$/s, "");
}

/** Envoy believes a content-length, where the headers are readable. */
function declaredSize(headers: ReadableMap | undefined): bigint | undefined {
  const declared = joined(headers, "content-length");
  return declared !== undefined && /^[0-9]{1,18}$/.test(declared) ? BigInt(declared) : undefined;
}

function plusHeaders(size: PropertyValue | undefined, maps: readonly (ReadableMap | undefined)[]): bigint | undefined {
  if (typeof size !== "bigint") return undefined;
  let total = size;
  for (const map of maps) for (const [name, value] of map ?? []) total += BigInt(name.length + value.length);
  return total;
}

/** All values of a name, joined by commas. */
function joined(map: ReadableMap | undefined, wanted: string): string | undefined {
  let all: string | undefined;
  for (const [name, value] of map ?? []) if (name === wanted) all = all === undefined ? value : `${all},${value}`;
  return all;
}

/** Each once, as Envoy lists them. */
function names(map: ReadableMap | undefined): Set<string> {
  return new Set(Array.from(map ?? [], ([name]) => name));
}

/** Envoy keeps a request's host as `:authority`, and finds it by both names. */
const hostIsAuthority = (name: string) => (name === "host" ? ":authority" : name);

function headersMap(map: ReadableMap | undefined, rename = (name: string) => name): PropertyMap {
  return {
    kind: "map",
    get: (name) => joined(map, rename(name.toLowerCase())),
    entries: () => [...names(map)].map((name) => [name, joined(map, name) ?? ""] as const),
  };
}
