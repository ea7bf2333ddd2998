import { Redis } from "ioredis";
import type { Service } from "../../control/index.js";
import type { Client } from "../demo/index.js";
import { PASSWORD, PREFIXES } from "./names.js";

const [CART = "", CATALOGUE = "", SESSION = ""] = PREFIXES.map((prefix) => `${prefix}who`);

/** What is asked, in turn: each command's answer is the name of the server that has the key. */
const COMMANDS = [
  { command: ["get", CART], access: "read" },
  { command: ["get", CATALOGUE], access: "read" },
  { command: ["get", SESSION], access: "read" },
  { command: ["getex", CATALOGUE, "persist"], access: "write" },
  { command: ["getex", CART, "persist"], access: "write" },
] as const;

/** One connection for everything. */
export async function connect({ bind }: Service): Promise<Client> {
  const redis = new Redis({ host: bind.address, port: bind.port, password: PASSWORD, lazyConnect: true });
  redis.on("error", () => undefined); // whoever waits for an answer is told by it
  await redis.connect();
  return {
    async request(number) {
      const { command, access } = COMMANDS[number % COMMANDS.length] ?? COMMANDS[0];
      const [name, key, ...more] = command;
      const attributes = Object.entries({ command: name, key, access });
      try {
        // Sent ahead of its answer: the proxy's own refusal has to come first.
        const denied = redis.flushall().catch((error: Error) => error.message);
        const servedBy = await redis.call(name, key, ...more);
        const ok = /^NOPERM /.test(await denied);
        return { attributes, ok, servedBy: String(servedBy) };
      } catch {
        return { attributes, ok: false };
      }
    },
    close: async () => redis.disconnect(),
  };
}
