// Envoy's own ways for the same traffic are static listeners and clusters that join the bootstrap.

export const NETWORK = "type.googleapis.com/envoy.extensions.filters.network";

export interface StaticResources {
  readonly listeners: readonly object[];
  readonly clusters: readonly object[];
}

export interface NetworkFilter {
  readonly "@type": string;
  readonly [field: string]: unknown;
}

/** A listener on loopback with these network filters, in order. */
export function listener(name: string, port: number, ...filters: NetworkFilter[]): object {
  return {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: filters.map((filter, i) => ({ name: `filter${i}`, typed_config: filter })) }],
  };
}

/** A cluster of one endpoint on loopback that no circuit breaker holds back. */
export function cluster(name: string, port: number): object {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  return {
    name,
    type: "STATIC",
    circuit_breakers: { thresholds: [{ max_requests: 100000, max_connections: 100000, max_pending_requests: 100000 }] },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}

/** A module as a network filter of its own, which passes what it has read. */
export function wasmFilter(name: string, file: string): NetworkFilter {
  const code = { local: { filename: file } };
  const vm = { vm_id: name, runtime: "envoy.wasm.runtime.v8", code };
  return { "@type": `${NETWORK}.wasm.v3.Wasm`, config: { name, root_id: name, vm_config: vm } };
}

export function tcpProxy(to: string): NetworkFilter {
  return { "@type": `${NETWORK}.tcp_proxy.v3.TcpProxy`, stat_prefix: "bench_tcp", cluster: to };
}
