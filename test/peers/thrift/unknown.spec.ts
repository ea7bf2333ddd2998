import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contract, freePort, thrift, until, type World } from "../../support/index.js";
import { echo, missing, type Server, startServer } from "./libraries.js";

/** THeader whose messages go through zlib, as PyPI's library has it. */
const COMPRESSED = ["compressed", "binary"] as const;
const why = missing();
let compressing: Server | undefined;
let compressingPort = 0;

// Sends back whatever comes.
const mirror = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
beforeAll(() => new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve)));
beforeAll(async () => {
  compressingPort = await freePort();
  if (!why) compressing = await startServer("python", "alpha", compressingPort, COMPRESSED);
}, 60_000);
afterAll(async () => {
  mirror.close();
  await compressing?.close();
});

const spec = async () => {
  const backends = { v1: (mirror.address() as AddressInfo).port };
  return {
    services: {
      pass: { backends },
      library: { backends: { v1: compressingPort } },
      refuse: { backends, annotations: { "meltemi.dev/unknown": "refuse" } },
    },
  };
};

/** A call whose THeader says that what follows is compressed (transform 1). */
function compressed(): Buffer {
  const call = Buffer.from(thrift.request(7n, {}));
  call.set([0, 1, 1, 0], 14);
  return call;
}

async function answered(world: World, service: string): Promise<Buffer> {
  const socket = world.socket(service);
  const got: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => got.push(chunk));
  socket.write(compressed());
  return until("an answer", () => {
    const all = Buffer.concat(got);
    return all.length >= 4 && all.length >= 4 + all.readUInt32BE(0) && all;
  });
}

contract(
  "transforms that nobody here reads",
  spec,
  (world) => {
    test("pass byte for byte, and are counted", async () => {
      expect((await answered(world(), "pass")).equals(compressed())).toBe(true);
      await until("the counter", async () => (await world().stat(/meltemi\.thrift\.ingress\.opaque$/)) === 1);
    });

    test.skipIf(why)(`pass between Apache's own client and server${why ? `: skipped, ${why}` : ""}`, async () => {
      const opaque = async () => world().stat(/meltemi\.thrift\.ingress\.opaque$/);
      const before = await opaque();
      const port = world().port("library");
      const lines = await echo("python", [port], COMPRESSED);
      expect([...lines.values()].map(({ value, error }) => value ?? error)).toEqual([2000, 2000]);
      await until("the counter", async () => (await opaque()) === before + 2);
    });

    test("are refused where it is said so, with the call's number, and are counted", async () => {
      const [answer] = thrift.answers(await answered(world(), "refuse"));
      expect([answer?.id, answer?.error]).toEqual([7n, "other"]);
      expect(answer?.payload.toString()).toMatch(/^meltemi: /);
      await until("the counter", async () => (await world().stat(/meltemi\.thrift\.ingress\.refused$/)) === 1);
    });
  },
  { protocols: [thrift] },
);
