import { NETWORK, type NetworkFilter } from "../../static-resources.js";
import { INTERFACE } from "./frames.js";

/** dubbo_proxy, Envoy's older C++ filter for Dubbo, routing by method and one attachment. */
export function dubboProxy(cluster: string): NetworkFilter {
  const match = {
    method: { name: { exact: "sayHello" } },
    headers: [{ name: "batchJob", string_match: { prefix: "true" } }],
  };
  return {
    "@type": `${NETWORK}.dubbo_proxy.v3.DubboProxy`,
    stat_prefix: "bench_cpp_older",
    protocol_type: "Dubbo",
    serialization_type: "Hessian2",
    route_config: [{ name: "bench_cpp_older", interface: INTERFACE, routes: [{ match, route: { cluster } }] }],
    dubbo_filters: [{ name: "envoy.filters.dubbo.router" }],
  };
}
