import { createHash, randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ALL_PROTOCOLS, contract, HARDLY_MATTERS, idOf, redis, until } from "../support/index.js";

contract(
  "frames",
  { services: { frames: {} } },
  (world, { ordered }) => {
    test.each([0, 1, 100, 16_384, 65_535, 65_536, 300_000])("%d bytes both ways", async (size) => {
      const payload = randomBytes(size);
      const answer = await world().caller("frames").call({ payload });
      expect(answer.payload.equals(payload)).toBe(true);
    });

    test("1 MB both ways, twenty at once", async () => {
      const caller = world().caller("frames", 20_000);
      const payloads = Array.from({ length: 20 }, () => randomBytes(1024 * 1024));
      const answers = await Promise.all(payloads.map((payload) => caller.call({ payload })));
      const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
      expect(answers.map(({ payload }) => hash(payload))).toEqual(payloads.map(hash));
    });

    test("arriving a byte at a time", async () => {
      const { protocol } = world();
      const socket = world().socket("frames");
      const got: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => got.push(chunk));
      const calls = [1, 2, 3].map((number) =>
        protocol.request(idOf(protocol, number), { payload: `number ${number}`, attributes: [["a", "b"]] }),
      );
      for (const byte of Buffer.concat(calls)) {
        socket.write(Buffer.from([byte]));
        await turn();
      }
      const answers = await until("three answers", () => {
        const found = protocol.answers(Buffer.concat(got));
        return found.length === 3 && found;
      });
      expect(answers.map(({ id, payload }) => `${id} ${payload}`).sort()).toEqual(
        [1, 2, 3].map((number) => `${idOf(protocol, number)} number ${number}`),
      );
    });

    test("a thousand frames in one write", async () => {
      const { protocol } = world();
      const socket = world().socket("frames");
      const got: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => got.push(chunk));
      // Ids at both ends of their range: the top bit is not a sign.
      const ids = Array.from({ length: 1_000 }, (_, index) => idOf(protocol, index - 500));
      socket.write(Buffer.concat(ids.map((id, index) => protocol.request(id, { payload: `${index}` }))));
      const answers = await until("a thousand answers", () => {
        const found = protocol.answers(Buffer.concat(got));
        return found.length >= ids.length && found;
      });
      expect(answers.map(({ id, payload }) => `${id} ${payload}`).sort()).toEqual(
        ids.map((id, index) => `${id} ${index}`).sort(),
      );
    });

    if (ordered) return; // and without a heartbeat
    test("heartbeats are answered, between requests and alone", async () => {
      const caller = world().caller("frames");
      await caller.ping();
      await Promise.all([caller.call(), caller.ping(), caller.call(), caller.ping()]);
      expect(caller.opened).toBe(1);
    });
  },
  { protocols: [...ALL_PROTOCOLS, redis], lanes: HARDLY_MATTERS },
);
