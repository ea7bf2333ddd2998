import { afterEach, expect, test } from "vitest";
import {
  bootstrapOf,
  client,
  closeAll,
  closedPort,
  cluster,
  filter,
  host,
  listener,
  portOf,
  stat,
  TYPES,
  tcpServer,
} from "./servers.support.js";

afterEach(closeAll);

const endpoint = (address: string) => ({
  endpoint: { address: { envoy_internal_address: { server_listener_name: "egress", endpoint_id: address } } },
  metadata: { filter_metadata: { meltemi: { cluster: "real", address } } },
});

/** A cluster whose endpoints are internal addresses that stand for real ones. */
function internalCluster(addresses: string[]): object {
  return {
    name: "inner",
    type: "STATIC",
    load_assignment: { cluster_name: "inner", endpoints: [{ lb_endpoints: addresses.map(endpoint) }] },
    transport_socket: {
      name: "i",
      typed_config: {
        "@type": TYPES.internalUpstream,
        passthrough_metadata: [{ name: "meltemi", kind: { host: {} } }],
        transport_socket: { name: "r", typed_config: { "@type": TYPES.rawBuffer } },
      },
    },
  };
}

const egress = {
  name: "egress",
  internal_listener: {},
  filter_chains: [
    {
      filters: [
        filter(TYPES.setFilterState, {
          on_new_connection: [
            {
              object_key: "envoy.tcp_proxy.cluster",
              format_string: { text_format_source: { inline_string: "%DYNAMIC_METADATA(meltemi:cluster)%" } },
            },
          ],
        }),
        filter(TYPES.tcpProxy, { stat_prefix: "e", cluster: "blackhole" }),
      ],
    },
  ],
};

const roundRobin = {
  typed_extension_config: {
    name: "rr",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin",
    },
  },
};

const overrideHost = {
  load_balancing_policy: {
    policies: [
      {
        typed_extension_config: {
          name: "o",
          typed_config: {
            "@type": TYPES.typedStruct,
            type_url: "type.googleapis.com/envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost",
            value: {
              override_host_sources: [{ metadata: { key: "meltemi", path: [{ key: "address" }] } }],
              fallback_policy: {
                policies: [
                  {
                    typed_extension_config: {
                      name: "s",
                      typed_config: {
                        "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.subset.v3.Subset",
                        fallback_policy: "NO_FALLBACK",
                        subset_selectors: [{ keys: ["none"] }],
                        subset_lb_policy: { policies: [roundRobin] },
                      },
                    },
                  },
                ],
              },
            },
          },
        },
      },
    ],
  },
};

test("an internal connection carries its endpoint's metadata, which chooses cluster and host behind it", async () => {
  const ports = await Promise.all(
    ["a", "b"].map((name) => tcpServer((socket) => socket.once("data", (data) => socket.end(`${name}:${data}`)))),
  );
  const proxy = await host(
    bootstrapOf(
      [listener("in", [filter(TYPES.tcpProxy, { stat_prefix: "t", cluster: "inner" })]), egress],
      [internalCluster(ports.map((port) => `127.0.0.1:${port}`)), cluster("real", [...ports].reverse(), overrideHost)],
    ),
  );
  const seen = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const { socket, text, ended } = await client(portOf(proxy, "in"));
    socket.write("hi");
    await ended;
    seen.add(text());
    socket.end();
  }
  expect([...seen].sort()).toEqual(["a:hi", "b:hi"]);
  expect(await stat(proxy, "cluster.inner.upstream_cx_total")).toBe(4);
  expect(await stat(proxy, "listener.envoy_internal_egress.downstream_cx_total")).toBe(4);
  await expect.poll(() => stat(proxy, "listener.envoy_internal_egress.downstream_cx_active")).toBe(0);
});

test("an endpoint that the real cluster lacks gets nobody else's", async () => {
  const other = await tcpServer((socket) => socket.end("wrong one"));
  const proxy = await host(
    bootstrapOf(
      [listener("in", [filter(TYPES.tcpProxy, { stat_prefix: "t", cluster: "inner" })]), egress],
      [internalCluster([`127.0.0.1:${await closedPort()}`]), cluster("real", [other], overrideHost)],
    ),
  );
  const { text, ended } = await client(portOf(proxy, "in"));
  await ended;
  expect(text()).toBe("");
  expect(await stat(proxy, "cluster.real.upstream_cx_none_healthy")).toBe(1);
});

test("original_dst metadata leads an ORIGINAL_DST cluster", async () => {
  const port = await tcpServer((socket) => socket.end("there"));
  const inner = {
    ...internalCluster([]),
    load_assignment: {
      cluster_name: "inner",
      endpoints: [
        {
          lb_endpoints: [
            {
              ...endpoint("x"),
              metadata: { filter_metadata: { "envoy.filters.listener.original_dst": { local: `127.0.0.1:${port}` } } },
            },
          ],
        },
      ],
    },
    transport_socket: {
      name: "i",
      typed_config: {
        "@type": TYPES.internalUpstream,
        passthrough_metadata: [{ name: "envoy.filters.listener.original_dst", kind: { host: {} } }],
      },
    },
  };
  const odst = {
    name: "egress",
    internal_listener: {},
    listener_filters: [filter(TYPES.originalDst, {})],
    filter_chains: [{ filters: [filter(TYPES.tcpProxy, { stat_prefix: "e", cluster: "odst" })] }],
  };
  const proxy = await host(
    bootstrapOf(
      [listener("in", [filter(TYPES.tcpProxy, { stat_prefix: "t", cluster: "inner" })]), odst],
      [inner, { name: "odst", type: "ORIGINAL_DST", lb_policy: "CLUSTER_PROVIDED" }],
    ),
  );
  const { text, ended } = await client(portOf(proxy, "in"));
  await ended;
  expect(text()).toBe("there");
});
