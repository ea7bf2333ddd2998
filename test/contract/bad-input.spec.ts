import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL_PROTOCOLS, contract, HARDLY_MATTERS, idOf, redis, until } from "../support/index.js";

const BAD_FRAMES = /meltemi\.\w+\.ingress\.bad_frames$/;
const TOO_LARGE = /meltemi\.\w+\.ingress\.too_large$/;
const MIB = 1024 * 1024;

// A backend that answers whatever comes with bytes that are no frame.
const liar = createServer((socket) => {
  socket.on("error", () => undefined).on("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
});
beforeAll(() => new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve)));
afterAll(() => void liar.close());

async function spec() {
  return { services: { open: {}, liar: { backends: { v1: (liar.address() as AddressInfo).port } } } };
}

function closed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

const GARBAGE: readonly (readonly [string, Buffer])[] = [
  ["another protocol", Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n")],
  ["zeros", Buffer.alloc(64)],
  ["all ones", Buffer.alloc(64, 0xff)],
  ["TLS", Buffer.from("16030100c8010000c40303", "hex")],
];

contract(
  "bad input",
  spec,
  (world, { garbage = GARBAGE }) => {
    test.each([...garbage])("%s: the connection closes, a counter says so, others go on", async (_, bytes) => {
      const other = world().caller("open");
      await other.call();
      const before = await world().stat(BAD_FRAMES);
      const socket = world().socket("open");
      socket.write(bytes);
      await closed(socket);
      await until("the counter", async () => (await world().stat(BAD_FRAMES)) === before + 1, { timeoutMs: 7_000 });
      expect((await other.call({ payload: "on" })).payload.toString()).toBe("on");
      expect(other.opened).toBe(1);
    });

    test("garbage after a good request: the request is answered or the connection closed, never more", async () => {
      const { protocol } = world();
      const socket = world().socket("open");
      socket.write(Buffer.concat([protocol.request(7n, { payload: "good" }), ...garbage.map(([, bytes]) => bytes)]));
      await closed(socket);
      expect((await world().caller("open").call({ payload: "on" })).payload.toString()).toBe("on");
    });

    test.each([9 * MIB, 64 * MIB, 2 ** 31 - 1])(
      "a frame that declares %d bytes gets a native error before memory is taken",
      async (size) => {
        const { protocol, proxy } = world();
        const before = await world().stat(TOO_LARGE);
        const rss = proxy.rss();
        const socket = world().socket("open");
        const got: Buffer[] = [];
        socket.on("data", (chunk: Buffer) => got.push(chunk));
        const id = idOf(protocol, 0xabcd);
        socket.write(protocol.declare(id, size));
        const [answer] = await until("an answer", () => {
          const found = protocol.answers(Buffer.concat(got));
          return found.length > 0 && found;
        });
        expect([answer?.id, answer?.error]).toEqual([id, "too-large"]);
        expect(proxy.rss() - rss).toBeLessThan(8 * MIB);
        await until("the counter", async () => (await world().stat(TOO_LARGE)) === before + 1, { timeoutMs: 7_000 });
        expect((await world().caller("open").call()).error).toBeUndefined();
      },
    );

    test("a frame cut short by the client's end takes nothing with it", async () => {
      const { protocol } = world();
      for (let i = 0; i < 20; i++) {
        const socket = world().socket("open");
        socket.end(protocol.request(1n, { payload: "x".repeat(1_000) }).subarray(0, 10 + i * 40));
        await closed(socket);
      }
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0 });
      expect((await world().caller("open").call()).error).toBeUndefined();
    });

    test("a backend that answers garbage: its callers get an error, the other services nothing of it", async () => {
      const caller = world().caller("liar");
      const answers = await Promise.all(Array.from({ length: 10 }, () => caller.call()));
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "unavailable"));
      expect((await world().caller("open").call()).error).toBeUndefined();
    });
  },
  { protocols: [...ALL_PROTOCOLS, redis], lanes: HARDLY_MATTERS },
);
