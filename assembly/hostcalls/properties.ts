import { proxy_get_property, proxy_set_property, RESULT, RESULT_SIZE, resultBytesOrNull, Status } from "../abi";
import { Slice } from "../bytes";

/**
 * A property of the proxy, as its wire bytes; null where it is not there in this callback. Numbers, times and durations
 * are 8 bytes little-endian, booleans one byte, maps and lists pairs, messages protobuf.
 * @param path its parts joined by NUL: `Slice.fixed("xds\0route_name")`
 */
export function getProperty(path: Slice): Slice | null {
  return resultBytesOrNull(proxy_get_property(path.ptr, path.length, RESULT, RESULT_SIZE));
}

/** Sets a property of this stream; Envoy keeps it as filter state `wasm.<path>`. */
export function setProperty(path: Slice, value: Slice): Status {
  return proxy_set_property(path.ptr, path.length, value.ptr, value.length);
}
