import type { ForeignFunction } from "../services.js";
import { compress, uncompress } from "./compression.js";
import { clearRouteCache, declareProperty, setEnvoyFilterState } from "./envoy.js";
import { createExpression, deleteExpression, evaluateExpression } from "./expressions.js";
import { sign, verifySignature } from "./signatures.js";

/** What every module can call. */
export const FOREIGN_FUNCTIONS: ReadonlyMap<string, ForeignFunction> = new Map([
  ["compress", compress],
  ["uncompress", uncompress],
  ["clear_route_cache", clearRouteCache],
  ["set_envoy_filter_state", setEnvoyFilterState],
  ["declare_property", declareProperty],
  ["verify_signature", verifySignature],
  ["sign", sign],
  ["expr_create", createExpression],
  ["expr_evaluate", evaluateExpression],
  ["expr_delete", deleteExpression],
]);
