import type { Example } from "../demo/index.js";
import { connect } from "./client.js";
import { isInstalled, startServer } from "./server.js";

export const redis: Example = {
  name: "redis",
  requests: 500,
  missing: () => (isInstalled() ? undefined : "no Redis server is installed"),
  serve: startServer,
  connect,
};
