import {
  HeaderMapType,
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_set_header_map_pairs,
  RESULT,
  RESULT_SIZE,
  resultBytes,
  resultBytesOrNull,
  Status,
} from "../abi";
import { Slice } from "../bytes";
import { HeaderPairs } from "./header-pairs";

/** The first value of a header; null where there is none, or the map is not there in this callback. */
export function getHeader(map: HeaderMapType, name: Slice): Slice | null {
  return resultBytesOrNull(proxy_get_header_map_value(map, name.ptr, name.length, RESULT, RESULT_SIZE));
}

/** Adds a value beside those that the header has. */
export function addHeader(map: HeaderMapType, name: Slice, value: Slice): Status {
  return proxy_add_header_map_value(map, name.ptr, name.length, value.ptr, value.length);
}

/** Gives a header this one value, whether it was there or not. */
export function replaceHeader(map: HeaderMapType, name: Slice, value: Slice): Status {
  return proxy_replace_header_map_value(map, name.ptr, name.length, value.ptr, value.length);
}

/** Takes a header away, all its values. */
export function removeHeader(map: HeaderMapType, name: Slice): Status {
  return proxy_remove_header_map_value(map, name.ptr, name.length);
}

/** All headers of a map, in order. */
export function getHeaders(map: HeaderMapType): HeaderPairs {
  const status = proxy_get_header_map_pairs(map, RESULT, RESULT_SIZE);
  return HeaderPairs.over(status == Status.Ok ? resultBytes() : Slice.empty());
}

/** Replaces a whole map; `pairs` from `HeaderPairsWriter`. */
export function setHeaders(map: HeaderMapType, pairs: Slice): Status {
  return proxy_set_header_map_pairs(map, pairs.ptr, pairs.length);
}
