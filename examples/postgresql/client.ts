import type { Service } from "../../control/index.js";
import type { Client } from "../demo/index.js";
import { query } from "./query.js";

/** Who connects, in turn. */
const GUESTS = [
  { user: "ann", application_name: "shop" },
  { user: "jason", application_name: "shop" },
  { user: "ann", application_name: "report-daily" },
  { user: "ann", application_name: "shop" },
];

/** Each request is a session: it is the session that rules route. */
export function connect({ bind }: Service): Client {
  return {
    async request(number) {
      const guest = GUESTS[number % GUESTS.length] ?? {};
      const config = { host: bind.address, port: bind.port, database: "postgres", ...guest };
      const attributes = Object.entries({ database: "postgres", ...guest });
      try {
        const denied = await query(config, "truncate nothing").catch((error: { code?: string }) => error.code);
        const row = await query(config, "show cluster_name");
        // 42501, insufficient_privilege: the proxy has said no; an unknown table would be 42P01.
        return { attributes, ok: denied === "42501", servedBy: String(row?.["cluster_name"]) };
      } catch {
        return { attributes, ok: false };
      }
    },
    close: async () => undefined,
  };
}
