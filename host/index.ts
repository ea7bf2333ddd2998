export { ConfigError } from "./config/index.js";
export { type Host, type HostOptions, startHost } from "./host.js";
export { startWatchedHost, type WatchedHost, type WatchedHostOptions } from "./watched/index.js";
