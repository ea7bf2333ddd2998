import { loadClient } from "../../load.js";
import { loads } from "../../measurement.js";
import { compare } from "../../paths.js";
import type { Scenario } from "../../scenario.js";
import { NETWORK, type NetworkFilter } from "../../static-resources.js";
import { METHOD, SERVICE, thriftCall } from "./frames.js";

/** Thrift by both lanes beside thrift_proxy, framed and binary. There is no load tool of Thrift's own. */
export const scenario: Scenario = {
  loads: [
    ...loads([400], [1, 8]),
    ...loads([400], [1, 8]).map((load) => ({ ...load, keys: 20 })),
    ...loads([4_000, 64_000], [1, 8]),
  ],
  frame: thriftCall,
  start: async (site) =>
    compare(site, {
      service: { protocol: "thrift", attributes: { service: { exact: SERVICE }, method: { prefix: METHOD } } },
      lane: "request",
      flows: true,
      backend: await site.backend(new URL("./backend.js", import.meta.url)),
      drive: loadClient(new URL("./speaker.js", import.meta.url)),
      own: (cluster) => [thriftProxy(cluster)],
    }),
};

function thriftProxy(cluster: string): NetworkFilter {
  return {
    "@type": `${NETWORK}.thrift_proxy.v3.ThriftProxy`,
    stat_prefix: "bench_cpp",
    transport: "FRAMED",
    protocol: "BINARY",
    route_config: { name: "bench_cpp", routes: [{ match: { service_name: SERVICE }, route: { cluster } }] },
  };
}
