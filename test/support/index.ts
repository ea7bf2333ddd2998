export { awesomerpc } from "./awesomerpc.js";
export { BlackHole } from "./black-hole.js";
export { Child } from "./child.js";
export { Chopper } from "./chopper.js";
export { ALL_PROTOCOLS, contract, HARDLY_MATTERS, LONG, ONE_BY_ONE, withTime } from "./contract.js";
export { dubbo } from "./dubbo/index.js";
export { encodeLined, type Lined, type LinedClient, lined } from "./lined/index.js";
export { Meddler } from "./meddler.js";
export { freePort } from "./ports.js";
export { head, message, PostgreSqlBackend, postgresql, type Result, Session, startup } from "./postgresql/index.js";
export {
  type Answer,
  type Attributes,
  type Backend,
  type Call,
  type Caller,
  idOf,
  type Message,
  type Protocol,
} from "./protocol.js";
export { openProxy, PROXIES, type ProxyKind, type RunningProxy, startProxy } from "./proxy.js";
export { RateLimiter } from "./rate-limiter.js";
export { redis } from "./redis/index.js";
export { type Document, type Route, SERVICE_PORT } from "./rules.js";
export { HTTP_FILTERS, readmeOf, type Snippet, snippetsOf } from "./snippets.js";
export { type Span, SpanCollector } from "./span-collector.js";
export { type Lane, startWorld, type WorldSpec } from "./start.js";
export { thrift } from "./thrift/index.js";
export * from "./tls/index.js";
export { until } from "./until.js";
export { Watching } from "./watching.js";
export type { World } from "./world.js";
export { ZipkinCollector, type ZipkinSpan } from "./zipkin-collector.js";
