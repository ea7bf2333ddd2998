import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PostgreSqlBackend, Session } from "./index.js";

let backend: PostgreSqlBackend;
beforeAll(async () => {
  backend = await PostgreSqlBackend.start("v1");
});
afterAll(() => backend?.close());

it("a real client takes the recording server for a PostgreSQL", async () => {
  const where = { host: "127.0.0.1", port: backend.port, user: "ann", database: "main" };
  const client = new pg.Client({ ...where, application_name: "suite" });
  await client.connect();
  expect((await client.query("select 'x'")).rows).toEqual([{ value: "select 'x'" }]);
  expect(backend.messages.at(-1)).toMatchObject({
    operation: "select",
    attributes: expect.arrayContaining([
      ["database", "main"],
      ["application_name", "suite"],
    ]),
  });
  backend.reply = () => ({ business: true, payload: "no such table" });
  await expect(client.query("select 'y'")).rejects.toMatchObject({ code: "22000", message: "no such table" });
  backend.reply = undefined;
  await client.end();
});

it("a session sends ahead, copies, and says when its connection is gone", async () => {
  const session = new Session(backend.port, { user: "ann", database: "main" });
  expect(await session.start()).toEqual({ value: Buffer.alloc(0) });
  const values = await Promise.all(["a", "b", "c"].map((sql) => session.query(sql)));
  expect(values.map(({ value }) => value.toString())).toEqual(["a", "b", "c"]);
  await session.copyIn();
  expect((await session.copyDone()).value.toString()).toMatch(/^copied [0-9a-f]{64}$/);
  backend.silent = true;
  const waiting = expect(session.query("select 'lost'")).rejects.toThrow("closed");
  backend.kill();
  await waiting;
  backend.silent = false;
  await expect(session.query("select 'late'")).rejects.toThrow("closed");
});
