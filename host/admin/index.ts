export { configDump } from "./config-dump.js";
export { type Admin, startAdmin } from "./server.js";
export type { AdminView } from "./types.js";
