import type { Node } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { Standpoint } from "../model/index.js";

/** Where a proxy stands: its node's locality, and `LABELS` in the node's metadata, as Istio's proxies have them. */
export function standpointOf(node: Node | undefined): Standpoint {
  const { region = "", zone = "", subZone = "" } = node?.locality ?? {};
  const labels = Object.entries(object(node?.metadata?.["LABELS"])).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return { locality: [region, zone, subZone].join("/").replace(/\/+$/, ""), labels: Object.fromEntries(labels) };
}

function object(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
