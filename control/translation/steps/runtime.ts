import { create } from "@bufbuild/protobuf";
import { type Runtime, RuntimeSchema } from "../../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import { RUNTIME_LAYER } from "../../bootstrap/index.js";
import type { Model } from "../../model/index.js";
import { logKeys } from "./access-logs.js";

/** What is switched under listeners that stay as they are. It is always there: proxies wait for it when they start. */
export function runtimes({ services }: Model): Runtime[] {
  const layer = Object.assign({}, ...services.map(logKeys));
  return [create(RuntimeSchema, { name: RUNTIME_LAYER, layer })];
}
