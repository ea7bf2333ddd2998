import { type ClusterManager, failureBody, type HeaderPair } from "../upstream/index.js";
import type { HttpCall, HttpCaller, HttpCallResponse } from "../vm/index.js";

/** HTTP calls of modules, through the host's clusters; what fails is answered as Envoy's async client answers. */
export function httpCaller(clusters: ClusterManager): HttpCaller {
  return {
    hasCluster: (name) => clusters.get(name) !== undefined,
    send: (call, done) => send(clusters, call, done),
  };
}

function send(
  clusters: ClusterManager,
  call: HttpCall,
  done: (response: HttpCallResponse | undefined) => void,
): (() => void) | undefined {
  const cluster = clusters.get(call.cluster);
  const endpoint = cluster?.pickEndpoint({ header: (name) => valueIn(call.headers, name) });
  if (cluster === undefined || endpoint === undefined) return undefined;
  const pool = cluster.httpPool(endpoint);
  let open = true;
  const finish = (response: HttpCallResponse) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    done(response);
  };
  let timer: NodeJS.Timeout | undefined;
  let headers: HeaderPair[] = [];
  const body: Uint8Array[] = [];
  const hasBody = call.body.length > 0;
  const hasTrailers = call.trailers.length > 0;
  const complete = (trailers: HeaderPair[]) => finish({ headers, body: Buffer.concat(body), trailers });
  const request: HeaderPair[] = [...call.headers];
  if (valueIn(request, ":scheme") === undefined) request.push([":scheme", "http"]);
  // Over HTTP/2 the pool wants to be told, which Envoy's does not; over HTTP/1.1 there are no trailers behind a length.
  if (hasTrailers && pool.protocol === "http2") request.push(["te", "trailers"]);
  else if (hasBody && valueIn(request, "content-length") === undefined) {
    request.push(["content-length", String(call.body.length)]);
  }
  // What the router of Envoy's async client adds on both ways.
  request.push(["x-envoy-internal", "true"]);
  if (call.timeoutMs !== undefined) request.push(["x-envoy-expected-rq-timeout-ms", String(call.timeoutMs)]);
  const start = performance.now();
  request.sort(([a], [b]) => Number(b.startsWith(":")) - Number(a.startsWith(":")));
  const stream = pool.newStream(request, !hasBody && !hasTrailers, {
    onHeaders: (received, endStream) => {
      headers = [...received, ["x-envoy-upstream-service-time", String(Math.round(performance.now() - start))]];
      if (endStream) complete([]);
    },
    onData: (bytes, endStream) => {
      body.push(bytes);
      if (endStream) complete([]);
    },
    onTrailers: complete,
    onReset: (reason) => finish(reply(503, failureBody(reason, false))),
  });
  if (hasBody) stream.write(call.body, !hasTrailers);
  if (hasTrailers) stream.trailers(call.trailers);
  if (call.timeoutMs !== undefined) {
    timer = setTimeout(() => {
      stream.reset();
      finish(reply(504, "upstream request timeout"));
    }, call.timeoutMs);
  }
  return () => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    stream.reset();
  };
}

function reply(status: number, text: string): HttpCallResponse {
  const body = Buffer.from(text);
  const headers: HeaderPair[] = [
    [":status", String(status)],
    ["content-length", String(body.length)],
    ["content-type", "text/plain"],
  ];
  return { headers, body };
}

function valueIn(headers: readonly HeaderPair[], name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1];
}
