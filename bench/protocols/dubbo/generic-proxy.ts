import { NETWORK, type NetworkFilter } from "../../static-resources.js";
import { INTERFACE } from "./frames.js";

const GENERIC = `${NETWORK}.generic_proxy`;

/** generic_proxy with Envoy's C++ Dubbo codec, routing by interface and one attachment. */
export function genericProxy(cluster: string): NetworkFilter {
  const input = (name: string, type: string, more: object = {}) => ({
    name,
    typed_config: { "@type": `${GENERIC}.matcher.v3.${type}`, ...more },
  });
  const batchJob = {
    single_predicate: {
      input: input("property", "PropertyMatchInput", { property_name: "batchJob" }),
      value_match: { prefix: "true" },
    },
  };
  const route = { "@type": `${GENERIC}.action.v3.RouteAction`, cluster };
  const matchers = [{ predicate: batchJob, on_match: { action: { name: "route", typed_config: route } } }];
  return {
    "@type": `${GENERIC}.v3.GenericProxy`,
    stat_prefix: "bench_cpp",
    filters: [
      {
        name: "envoy.filters.generic.router",
        typed_config: { "@type": `${GENERIC}.router.v3.Router`, bind_upstream_connection: false },
      },
    ],
    codec_config: {
      name: "dubbo",
      typed_config: { "@type": `${GENERIC}.codecs.dubbo.v3.DubboCodecConfig` },
    },
    route_config: {
      name: "bench_cpp",
      routes: {
        matcher_tree: {
          input: input("service", "ServiceMatchInput"),
          exact_match_map: { map: { [INTERFACE]: { matcher: { matcher_list: { matchers } } } } },
        },
      },
    },
  };
}
