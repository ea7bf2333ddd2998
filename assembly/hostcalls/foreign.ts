import { proxy_call_foreign_function, RESULT, RESULT_SIZE, resultBytesOrNull } from "../abi";
import { Slice } from "../bytes";

/**
 * Calls one of the host's own functions (`compress`, `verify_signature`, `set_envoy_filter_state`, …); null where it is
 * not there or failed. Arguments and result are what that function defines, mostly protobuf.
 */
export function callForeignFunction(name: Slice, args: Slice): Slice | null {
  store<u64>(RESULT, 0);
  return resultBytesOrNull(
    proxy_call_foreign_function(name.ptr, name.length, args.ptr, args.length, RESULT, RESULT_SIZE),
  );
}
