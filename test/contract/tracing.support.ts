/** A caller's trace, and its span there. */
export const TRACE = "0af7651916cd43dd8448eb211c80319c";
export const PARENT = "b7ad6b7169203331";

/** So many spans the proxies report at once; fewer wait for some seconds. */
export const BATCH = 5;

/** What a span of a request that went well says, on either proxy, but for empty tags. */
export const TAGS: readonly string[] = [
  ...["component", "downstream_cluster", "guid:x-request-id", "http.method", "http.protocol", "http.status_code"],
  ...["http.url", "node_id", "peer.address", "request_size", "response_flags", "response_size", "rpc.operation"],
  ...["rpc.service", "rpc.status", "upstream_cluster", "upstream_cluster.name", "user_agent"],
];

/** The mesh, with a tracer by the name of `spans`. */
export const mesh = (tracer: object) => ({
  apiVersion: "install.istio.io/v1alpha1",
  kind: "IstioOperator",
  name: "mesh",
  spec: { meshConfig: { extensionProviders: [{ name: "spans", ...tracer }] } },
});

/** What is traced of a service's requests. */
export const telemetry = (service: string, tracing: object) => ({
  apiVersion: "telemetry.istio.io/v1",
  kind: "Telemetry",
  name: service,
  spec: {
    targetRefs: [{ kind: "ServiceEntry", group: "networking.istio.io", name: `${service}.test` }],
    tracing: [{ providers: [{ name: "spans" }], ...tracing }],
  },
});
