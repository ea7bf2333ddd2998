import { HeaderMapType } from "../abi";
import { Slice } from "../bytes";
import { getHeader } from "../hostcalls";

// Written by the ingress codec (../bridge/headers/names.ts); no attribute has such a name, so no client says it.
const PART = Slice.fixed("x-meltemi-part");

/**
 * Which of the caller's requests the current one is a part of: a number drawn at random, the same for all parts of it. What
 * a filter decides by it, and not by the part, it decides for the whole request. Zero: it was not split. In the callback of
 * the request's headers, behind a codec: before plain HTTP, clients may send any header.
 */
export function wholeRequest(): i32 {
  const value = getHeader(HeaderMapType.HttpRequestHeaders, PART);
  return value == null ? 0 : value.decimal();
}
