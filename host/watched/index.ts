export { startWatchedHost, type WatchedHost, type WatchedHostOptions } from "./host.js";
