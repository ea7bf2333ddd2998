/** What one run measured; the form of `--json`. */
export interface Measurement {
  /** `request` and `session`, `flow` are Meltemi's lanes on Envoy; `cpp`, `http`, `tcp` Envoy's own; `host` is Meltemi's host. */
  path: "request" | "flow" | "session" | "cpp" | "http" | "tcp" | "host";
  protocol: string;
  /** Payload of a request, in bytes. */
  bytes: number;
  /** Requests under way on each connection. */
  depth: number;
  connections: number;
  /** CPU of the proxy's process for each request, in microseconds. */
  cpuPerRequestUs: number;
  requestsPerSecond: number;
}

/** One way through a proxy: where to connect, what to speak there, and whose CPU counts. */
export interface BenchPath {
  name: Measurement["path"];
  protocol: "dubbo" | "http2";
  port: number;
  pid: number;
}

/** How hard to push. */
export interface Load {
  bytes: number;
  depth: number;
  connections: number;
  seconds: number;
}
