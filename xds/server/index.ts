export { AdsServer, type AdsServerOptions, type BesideService } from "./ads-server.js";
export type { AdsServerEvents, Answer, Flavour, Peer, Refusal } from "./events.js";
export type { ResourceSet, ServedResource, ServedType } from "./resources.js";
export type { ServerTlsFiles } from "./tls-entrance.js";
