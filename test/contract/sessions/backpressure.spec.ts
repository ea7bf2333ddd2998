import { createHash } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { contract, head, PostgreSqlBackend, postgresql, type Session } from "../../support/index.js";
import { growth, openSession } from "./sessions.support.js";

const MIB = 1024 * 1024;
/** What may be added to a proxy's memory. */
const MOST = 64 * MIB;
const LARGE = Buffer.alloc(900 * 1024, "x");
const QUERIES = 400;
const PIECE = Buffer.alloc(64 * 1024, "copied ");
const COPIED = 128 * MIB;

/** A server that does not read what is copied into it. */
let unread: PostgreSqlBackend;
beforeAll(async () => {
  unread = await PostgreSqlBackend.start("unread");
});
beforeEach(() => unread.stopReading());
afterAll(() => unread?.close());

async function spec() {
  return { services: { slow: { routes: [{ to: "v1" }] }, unread: { backends: { v1: unread.port } } } };
}

/** Ten queries, with pauses: another client of the same service, who is to notice nothing. */
async function ask(session: Session): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const started = Date.now();
    expect((await session.query(`select ${i}`)).value.toString()).toBe(`select ${i}`);
    expect(Date.now() - started).toBeLessThan(5_000);
    await delay(200);
  }
}

/** Copies until so many bytes are in all, or nobody takes any more for a second; the number of bytes. */
async function copy({ socket }: Session, from: number, to: number): Promise<number> {
  let sent = from;
  for (; sent < to && !socket.destroyed; sent += PIECE.length) {
    socket.write(head("d", PIECE.length));
    if (socket.write(PIECE)) continue;
    const moved = await Promise.race([once(socket, "drain"), delay(1_000)]);
    if (moved === undefined) return sent + PIECE.length;
  }
  return sent;
}

contract(
  "back-pressure of sessions",
  spec,
  (world) => {
    test("a client that never reads 400 answers of 900 KB costs less than 64 MB and holds up nobody; then it has all", {
      timeout: 60_000,
    }, async () => {
      world().backends.v1.reply = ({ payload }) => (payload.equals(Buffer.from("large")) ? { payload: LARGE } : {});
      const other = await openSession(world(), "slow");
      for (let i = 0; i < 10; i++) expect((await other.query("large")).value.length).toBe(LARGE.length);

      const deaf = await openSession(world(), "slow");
      deaf.socket.pause();
      // Of an answer only its length is kept: all together are 360 MB.
      const lengths = Promise.allSettled(
        Array.from({ length: QUERIES }, () => deaf.query("large").then(({ value }) => value.length)),
      );
      expect(await growth(world(), ask(other))).toBeLessThan(MOST);
      deaf.socket.resume();
      const whole = { status: "fulfilled", value: LARGE.length };
      expect(await lengths).toEqual(Array(QUERIES).fill(whole));
      expect((await deaf.query("select 'lives'")).value.toString()).toBe("select 'lives'");
    });

    test("a server that never reads a COPY of 128 MB stops its client, and holds up nobody; then it has every byte", {
      timeout: 60_000,
    }, async () => {
      const other = await openSession(world(), "unread");
      const copying = await openSession(world(), "unread");
      await copying.copyIn();
      let sent = 0;
      const stopped = copy(copying, 0, COPIED).then((bytes) => {
        sent = bytes;
      });
      expect(await growth(world(), Promise.all([ask(other), stopped]))).toBeLessThan(MOST);
      expect(sent).toBeLessThan(MOST);

      unread.read();
      sent = await copy(copying, sent, COPIED);
      expect(sent).toBe(COPIED);
      const hash = createHash("sha256");
      for (let at = 0; at < COPIED; at += PIECE.length) hash.update(PIECE);
      expect((await copying.copyDone()).value.toString()).toBe(`copied ${hash.digest("hex")}`);
      expect((await copying.query("select 'lives'")).value.toString()).toBe("select 'lives'");
    });

    test("a server that goes away with a COPY unread ends that session alone", async () => {
      const other = await openSession(world(), "slow");
      const copying = await openSession(world(), "unread");
      await copying.copyIn();
      await copy(copying, 0, COPIED);
      unread.kill();
      const started = Date.now();
      await copying.closed;
      expect(copying.farewell).toBe("08001");
      expect(Date.now() - started).toBeLessThan(3_000);
      expect((await other.query("select 1")).error).toBeUndefined();
      expect((await (await openSession(world(), "unread")).query("select 1")).error).toBeUndefined();
    });
  },
  { protocols: [postgresql] },
);
