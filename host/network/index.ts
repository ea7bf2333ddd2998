export { flagBits, hostMetadataValue, localityValue, metadataValue } from "./attributes.js";
export { type ChainOwner, FilterChain } from "./filter-chain.js";
export { Listener } from "./listener.js";
export { ListenerManager } from "./listener-manager.js";
export type { DiscoveryServices, ListenerServices, WarmingProvider } from "./listener-scope.js";
export { createStreamInfo } from "./stream-info.js";
export * from "./types.js";
