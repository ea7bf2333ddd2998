import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { awesomerpc, contract, type Route, type World } from "../support/index.js";

const MIB = 1024 * 1024;
const LARGE = 900 * 1024;
/** By an expression, so that each user has a stream of its own. */
const byUser: Route[] = [{ match: { user: { regex: "u.*" } }, to: "v1" }];

const sockets: Socket[] = [];
const deaf = createServer((socket) => sockets.push(socket.pause())).listen(0, "127.0.0.1");
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  deaf.close();
});

async function spec() {
  if (!deaf.listening) await once(deaf, "listening");
  const { port } = deaf.address() as AddressInfo;
  return { services: { deaf: { routes: byUser, backends: { v1: port } }, keyed: { routes: byUser }, other: {} } };
}

contract(
  "memory of flows",
  spec,
  (world) => {
    const user = (index: number, keys: number) => [["User", `u${index % keys}`]] as const;

    /** How much memory the proxy takes within two seconds while this client is there; other clients are served. */
    async function cost(of: World, client: Socket, say: () => void): Promise<number> {
      const other = of.caller("other");
      // What the proxy takes for good once it has seen large frames at all (the host: room for garbage) is no cost of theirs.
      for (let i = 0; i < 60; i++) expect((await other.call({ payload: Buffer.alloc(LARGE) })).error).toBeUndefined();
      const before = of.proxy.rss();
      say();
      let most = 0;
      for (let i = 0; i < 20; i++) {
        await delay(100);
        most = Math.max(most, of.proxy.rss() - before);
        expect((await other.call()).error).toBeUndefined();
      }
      client.destroy();
      return most;
    }

    test.each([1, 20])("a backend that never reads, %d keys: less than 32 MB, and others are served", async (keys) => {
      const { protocol } = world();
      const client = world().socket("deaf");
      const grown = await cost(world(), client, () => {
        for (let id = 0; id < 200; id++) {
          const call = { attributes: user(id, keys), payload: Buffer.alloc(LARGE) };
          client.write(protocol.request(BigInt(id), call));
        }
      });
      expect(grown).toBeLessThan(32 * MIB);
    });

    test.each([1, 20])("a client that never reads, %d keys: less than 32 MB, and others are served", async (keys) => {
      const { protocol, backends } = world();
      backends.v1.reply = ({ operation }) => (operation === "large" ? { payload: Buffer.alloc(LARGE) } : {});
      const client = world().socket("keyed").pause();
      const grown = await cost(world(), client, () => {
        for (let id = 0; id < 400; id++) {
          client.write(protocol.request(BigInt(id), { operation: "large", attributes: user(id, keys) }));
        }
      });
      expect(grown).toBeLessThan(32 * MIB);
    });
  },
  { protocols: [awesomerpc], lanes: ["flow"] },
);
