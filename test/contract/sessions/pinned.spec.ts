import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contract, redis, until, type World } from "../../support/index.js";
import { growth } from "./sessions.support.js";

const MIB = 1024 * 1024;
/** What may be added to a proxy's memory. */
const MOST = 64 * MIB;
const LARGE = Buffer.alloc(900 * 1024, "x");
const COMMANDS = 400;

/** A server that accepts connections and reads nothing. */
let unread: Server;
const unreadSockets: Socket[] = [];
beforeAll(async () => {
  unread = createServer({ pauseOnConnect: true }, (socket) => {
    unreadSockets.push(socket.on("error", () => undefined));
  }).listen(0, "127.0.0.1");
  await once(unread, "listening");
});
afterAll(() => {
  for (const socket of unreadSockets) socket.destroy();
  unread.close();
});

async function spec() {
  return {
    services: {
      slow: { routes: [{ to: "v1" }] },
      unread: { backends: { v1: (unread.address() as AddressInfo).port } },
      aging: { routes: [{ to: "v1" }], annotations: { "meltemi.dev/max-connection-duration": "2s" } },
    },
  };
}

/** A client's bare connection, and what came on it. */
class Pinned {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  private readonly pieces: Buffer[] = [];

  constructor(
    private readonly world: World,
    service: string,
  ) {
    this.socket = world.socket(service);
    this.socket.on("data", (chunk: Buffer) => this.pieces.push(chunk));
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
  }

  send(operation: string, payload: string | Buffer = ""): void {
    this.socket.write(this.world.protocol.request(0n, { operation, payload }));
  }

  get answers() {
    return this.world.protocol.answers(Buffer.concat(this.pieces));
  }

  /** Waits for so many answers in all. */
  async answered(count: number): Promise<void> {
    await until(`${count} answers`, () => this.answers.length === count);
  }

  /** Waits for so many bytes in all: nothing is read that often of what is large. */
  async received(bytes: number): Promise<void> {
    const size = () => this.pieces.reduce((sum, { length }) => sum + length, 0);
    await until(`${bytes} bytes`, () => size() >= bytes, { timeoutMs: 40_000 });
  }
}

// A client whose connection is bound to one server (MULTI, here without an EXEC for as long as the case takes).
contract(
  "pinned sessions",
  spec,
  (world) => {
    /** Another client of the same service, who is to notice nothing. */
    async function others(service: string): Promise<void> {
      const caller = world().caller(service, 5_000);
      for (let i = 0; i < 15; i++) {
        expect((await caller.call({ payload: `${i}` })).payload.toString()).toBe(`${i}`);
        await delay(200);
      }
    }

    test("a client that never reads 400 answers of 900 KB costs less than 64 MB and holds up nobody; then it has all", {
      timeout: 60_000,
    }, async () => {
      world().backends.v1.reply = ({ operation }) => (operation === "large" ? { payload: LARGE } : {});
      const warm = world().caller("slow", 10_000);
      for (let i = 0; i < 10; i++) await warm.call({ operation: "large" });

      const deaf = new Pinned(world(), "slow");
      deaf.send("multi");
      await deaf.answered(1);
      deaf.socket.pause();
      for (let i = 0; i < COMMANDS; i++) deaf.send("large");
      expect(await growth(world(), others("slow"))).toBeLessThan(MOST);
      deaf.socket.resume();
      await deaf.received(COMMANDS * LARGE.length);
      await deaf.answered(1 + COMMANDS);
      expect(deaf.answers.slice(1).every(({ payload }) => payload.length === LARGE.length)).toBe(true);
      deaf.send("exec", "done");
      await deaf.answered(2 + COMMANDS);
    });

    test("a server that reads nothing stops its client, and the proxy's memory stays; when it goes, so does the client", {
      timeout: 60_000,
    }, async () => {
      const client = new Pinned(world(), "unread");
      let sent = 0;
      const push = async () => {
        client.send("multi");
        for (; sent < 128 * MIB; sent += LARGE.length) {
          client.send("set", LARGE);
          if (!client.socket.writableNeedDrain) continue;
          const moved = await Promise.race([once(client.socket, "drain"), delay(1_000)]);
          if (moved === undefined) return;
        }
      };
      expect(await growth(world(), Promise.all([push(), others("slow")]))).toBeLessThan(MOST);
      expect(sent).toBeLessThan(MOST);
      for (const socket of unreadSockets) socket.resetAndDestroy();
      await client.closed;
      await others("slow");
    });

    test("a transaction goes on to its end, long after its connection was to end, and then it closes", {
      timeout: 30_000,
    }, async () => {
      const client = new Pinned(world(), "aging");
      client.send("multi", "begun");
      for (let i = 0; i < 16; i++) {
        await delay(300);
        client.send("set", `${i}`);
      }
      client.send("exec", "done");
      await client.answered(18);
      const payloads = ["begun", ...Array.from({ length: 16 }, (_, i) => `${i}`), "done"];
      expect(client.answers.map(({ payload }) => `${payload}`)).toEqual(payloads);
      expect(new Set(world().backends.v1.messages.map(({ connection }) => connection)).size).toBe(1);
      await client.closed;
    });
  },
  { protocols: [redis] },
);
