export { SnapshotServer, type SnapshotServerOptions } from "./server.js";
