import type { Example } from "../demo/index.js";
import { ADDRESS, missing, start } from "./java.js";

/** What is called, in turn: method and user. */
const CALLS = [
  ["list", "Ann"],
  ["list", "Jason"],
  ["list", "Bilal"],
  ["order", "Jason"],
] as const;

export const dubbo: Example = {
  name: "dubbo",
  requests: 400,
  missing,
  serve: (endpoint, backend) => start("Provider", backend, ADDRESS, `${endpoint.port}`),
  async connect({ bind }) {
    const consumer = await start("Consumer", ADDRESS, `${bind.port}`);
    return {
      async request(number) {
        const [method, user] = CALLS[number % CALLS.length] ?? CALLS[0];
        const servedBy = await consumer.ask(`${method} ${user}`);
        const attributes = Object.entries({ interface: "shop.Catalogue", method, user });
        return servedBy === "failed" ? { attributes, ok: false } : { attributes, ok: true, servedBy };
      },
      close: () => consumer.close(),
    };
  },
};
