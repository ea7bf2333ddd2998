export { AdsClient, type AdsClientOptions } from "./client/ads-client.js";
export type { Rejection, Subscription, SubscriptionHandler, Update } from "./client/handler.js";
export { type Node, NodeSchema } from "./gen/envoy/config/core/v3/base_pb.js";
export { typeRegistry } from "./gen/registry.js";
export { AdsServer, type AdsServerOptions } from "./server/ads-server.js";
export type { AdsServerEvents, Answer, Flavour, Peer, Refusal } from "./server/events.js";
export type { ResourceSet, ServedResource, ServedType } from "./server/resources.js";
export { TypeUrl, typeUrlOf } from "./type-urls.js";
