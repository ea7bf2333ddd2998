import type { Case } from "../case.js";
import { CALLS } from "./calls.js";
import { EXPRESSION_CASES } from "./expressions.js";
import { FAILURES } from "./failures.js";
import { GRPC } from "./grpc.js";
import { HTTP } from "./http.js";
import { MODULES } from "./modules.js";
import { PLACES } from "./places.js";
import { PROPERTIES } from "./properties.js";
import { TCP } from "./tcp.js";
import { WASI } from "./wasi.js";

/** Every case that runs always. */
export const CASES: readonly Case[] = [
  ...HTTP,
  ...TCP,
  ...CALLS,
  ...GRPC,
  ...EXPRESSION_CASES,
  ...PROPERTIES,
  ...MODULES,
  ...WASI,
  ...PLACES,
  ...FAILURES,
];
