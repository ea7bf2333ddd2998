import { wat } from "../../../host/vm/spec/kit.support.js";
import type { Case } from "../case.js";
import { type Call, codesModule, EDGE, OUT, OUTSIDE } from "../codes.js";

const TEXT = 512;
const NAME = 528;
const METHOD = 544;
const COMPRESS = 560;

/** Functions of the ABI with arguments that are right; `p` is a place in memory, `i` any other number. */
const FUNCTIONS: readonly (readonly [name: string, kinds: string, args: readonly number[]])[] = [
  ["proxy_get_log_level", "p", [OUT]],
  ["proxy_get_current_time_nanoseconds", "p", [OUT]],
  ["proxy_get_status", "ppp", [OUT, OUT + 4, OUT + 8]],
  ["proxy_get_property", "pipp", [NAME, 11, OUT, OUT + 4]],
  ["proxy_set_property", "pipi", [TEXT, 4, TEXT, 4]],
  ["proxy_get_buffer_status", "ipp", [7, OUT, OUT + 4]],
  ["proxy_get_buffer_bytes", "iiipp", [7, 0, 9, OUT, OUT + 4]],
  ["proxy_set_buffer_bytes", "iiipi", [0, 0, 0, TEXT, 4]],
  ["proxy_get_header_map_size", "ip", [0, OUT]],
  ["proxy_get_header_map_pairs", "ipp", [0, OUT, OUT + 4]],
  ["proxy_set_header_map_pairs", "ipi", [2, TEXT, 4]],
  ["proxy_get_header_map_value", "ipipp", [0, METHOD, 7, OUT, OUT + 4]],
  ["proxy_add_header_map_value", "ipipi", [2, TEXT, 4, TEXT, 4]],
  ["proxy_replace_header_map_value", "ipipi", [2, TEXT, 4, TEXT, 4]],
  ["proxy_remove_header_map_value", "ipi", [2, TEXT, 4]],
  ["proxy_send_local_response", "ipipipii", [200, TEXT, 4, TEXT, 4, TEXT, 4, 0]],
  ["proxy_http_call", "pipipipiip", [TEXT, 4, TEXT, 4, TEXT, 4, TEXT, 4, 100, OUT]],
  ["proxy_grpc_call", "pipipipipiip", [TEXT, 4, TEXT, 4, TEXT, 4, TEXT, 4, TEXT, 4, 100, OUT]],
  ["proxy_grpc_stream", "pipipipip", [TEXT, 4, TEXT, 4, TEXT, 4, TEXT, 4, OUT]],
  ["proxy_grpc_send", "ipii", [6, TEXT, 4, 0]],
  ["proxy_set_shared_data", "pipii", [TEXT, 4, TEXT, 4, 0]],
  ["proxy_get_shared_data", "pippp", [TEXT, 4, OUT, OUT + 4, OUT + 8]],
  ["proxy_register_shared_queue", "pip", [TEXT, 4, OUT]],
  ["proxy_resolve_shared_queue", "pipip", [TEXT, 0, TEXT, 4, OUT]],
  ["proxy_enqueue_shared_queue", "ipi", [1, TEXT, 4]],
  ["proxy_dequeue_shared_queue", "ipp", [1, OUT, OUT + 4]],
  ["proxy_define_metric", "ipip", [0, TEXT, 4, OUT]],
  ["proxy_get_metric", "ip", [4, OUT]],
  ["proxy_call_foreign_function", "pipipp", [COMPRESS, 8, TEXT, 4, OUT, OUT + 4]],
  ["envoy_resolve_dns", "pip", [TEXT, 4, OUT]],
];

/** What has to be there for the functions that read it. */
const FIRST: readonly Call[] = [
  ["proxy_set_shared_data", "i32 i32 i32 i32 i32", [TEXT, 4, TEXT, 4, 0]],
  ["proxy_register_shared_queue", "i32 i32 i32", [TEXT, 4, OUT]],
  ["proxy_enqueue_shared_queue", "i32 i32 i32", [1, TEXT, 4]],
];

/** Each with each of its places in turn outside of the memory, at its edge, and as far off as there is. */
const CALLS: readonly Call[] = FUNCTIONS.flatMap(([name, kinds, args]) => {
  const parameters = Array.from(kinds, () => "i32").join(" ");
  return Array.from(kinds).flatMap((kind, i): Call[] => {
    if (kind !== "p") return [];
    const at = (place: number): Call => [name, parameters, args.map((value, j) => (i === j ? place : value))];
    return [at(OUTSIDE), at(EDGE + 4), at(-1)];
  });
});

const DATA = `(data (i32.const ${TEXT}) "text") (data (i32.const ${NAME}) "plugin_name")
  (data (i32.const ${METHOD}) ":method") (data (i32.const ${COMPRESS}) "compress")`;

/** What a host call says of a place that is not the module's. */
export const PLACES: readonly Case[] = [
  {
    name: "wat-places",
    module: () => wat(codesModule("env", [...FIRST, ...CALLS], DATA)),
    http: [{}],
    until: /^warn/,
  },
];
