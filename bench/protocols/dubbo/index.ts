import { connectionManager } from "../../http/connection-manager.js";
import { loadClient } from "../../load.js";
import { isUsual, loads } from "../../measurement.js";
import { compare } from "../../paths.js";
import type { Scenario } from "../../scenario.js";
import { dubboProxy } from "./dubbo-proxy.js";
import { dubboRequest } from "./frames.js";
import { genericProxy } from "./generic-proxy.js";

/** Dubbo: the request and the flow lane, both of Envoy's C++ filters, and what the same traffic costs as plain HTTP. */
export const scenario: Scenario = {
  loads: [
    ...loads([400], [1, 8]),
    ...loads([400], [1, 8]).map((load) => ({ ...load, keys: 20 })),
    ...loads([400], [1, 8]).map((load) => ({ ...load, keys: 20, streams: "each" as const })),
    ...(["split", "aged"] as const).flatMap((streams) => loads([400], [1, 8]).map((load) => ({ ...load, streams }))),
    ...loads([400], [64]),
    { bytes: 400, depth: 8, connections: 1 },
    { bytes: 400, depth: 1, connections: 500 },
    ...loads([100, 4_000, 64_000, 256_000, 900_000], [1, 8]),
  ],
  frame: dubboRequest,
  start: async (site) => {
    const backend = await site.backend(new URL("./backend.js", import.meta.url));
    const drive = loadClient(new URL("./speaker.js", import.meta.url));
    return compare(site, {
      service: { protocol: "dubbo", attributes: { method: { exact: "sayHello" }, batchJob: { prefix: "true" } } },
      lane: "request",
      flows: true,
      backend,
      drive,
      own: (cluster) => [genericProxy(cluster)],
      more: [
        { path: "cpp-older", backend, drive, takes: isUsual, filters: (cluster) => [dubboProxy(cluster)] },
        {
          path: "http",
          backend: await site.backend(new URL("../../http/backend.js", import.meta.url)),
          drive: loadClient(new URL("../../http/speaker.js", import.meta.url)),
          takes: isUsual,
          filters: (cluster) => [connectionManager(cluster)],
        },
      ],
    });
  },
};
