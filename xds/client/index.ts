export { AdsClient, type AdsClientOptions } from "./ads-client.js";
export type { ChannelSecurity } from "./connection.js";
export type { Rejection, Subscription, SubscriptionHandler, Update } from "./handler.js";
