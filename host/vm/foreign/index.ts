import type { ForeignFunction } from "../services.js";
import { compress, uncompress } from "./compression.js";
import { clearRouteCache, declareProperty, setEnvoyFilterState } from "./envoy.js";
import { sign, verifySignature } from "./signatures.js";

/** What every module can call; `expr_*` would need CEL and is not there: NotFound. */
export const FOREIGN_FUNCTIONS: ReadonlyMap<string, ForeignFunction> = new Map([
  ["compress", compress],
  ["uncompress", uncompress],
  ["clear_route_cache", clearRouteCache],
  ["set_envoy_filter_state", setEnvoyFilterState],
  ["declare_property", declareProperty],
  ["verify_signature", verifySignature],
  ["sign", sign],
]);
