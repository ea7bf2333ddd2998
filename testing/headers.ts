import { asciiLower, HeaderMap, type HeaderPair, toByteString } from "../host/http/headers/index.js";

/** Headers as a test writes them: an object, with a list where a name occurs several times, or pairs in order. */
export type HeadersInit = Readonly<Record<string, string | readonly string[]>> | Iterable<readonly [string, string]>;

/** A header map of its own; names become lower case, text becomes the bytes of its UTF-8. */
export function toHeaders(init: HeadersInit): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of pairsOf(init)) map.add(asciiLower(toByteString(name)), toByteString(value));
  return map;
}

/** `add`s the defaults of what a message needs and a test did not say. */
export function withDefaults(headers: HeaderMap, defaults: readonly HeaderPair[]): HeaderMap {
  for (const [name, value] of defaults) if (!headers.has(name)) headers.add(name, value);
  return headers;
}

function* pairsOf(init: HeadersInit): Iterable<readonly [string, string]> {
  if (Symbol.iterator in init) {
    yield* init as Iterable<readonly [string, string]>;
    return;
  }
  for (const [name, value] of Object.entries(init)) {
    if (typeof value === "string") yield [name, value];
    else for (const one of value) yield [name, one];
  }
}
