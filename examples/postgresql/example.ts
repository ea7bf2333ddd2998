import type { Example } from "../demo/index.js";
import { connect } from "./client.js";
import { programs, startServer } from "./server.js";

export const postgresql: Example = {
  name: "postgresql",
  requests: 200,
  missing: () => (programs() === undefined ? "no PostgreSQL server is installed" : undefined),
  serve: startServer,
  connect: async (service) => connect(service),
};
