import { type AddressInfo, createServer, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEnvoy } from "../../../scripts/steps/envoy.mjs";
import { BlackHole, freePort, type ProxyKind } from "../../support/index.js";
import { type Proxied, startProxied } from "./proxied.js";

// As much of a server as a client needs to be ready: AuthenticationOk, BackendKeyData, ReadyForQuery.
const WELCOME = Buffer.from("5200000008000000004b0000000c00000001000000025a0000000549", "hex");
// The start of a row that never ends.
const HALF_A_ROW = Buffer.from("4400000064000100", "hex");

/** Lets clients in, and then does with a query what it is told. */
const server = createServer((socket) => {
  let ready = false;
  socket
    .on("error", () => undefined)
    .on("data", () => {
      if (ready) onQuery(socket);
      else socket.write(WELCOME);
      ready = true;
    });
});
let onQuery = (_socket: Socket): void => undefined;
let hole: BlackHole;

beforeAll(async () => {
  hole = await BlackHole.open();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  hole?.close();
  server.close();
});

describe.each<ProxyKind>(["host", "envoy"])("a session fails in PostgreSQL's words through %s", (kind) => {
  const proxies: Proxied[] = [];
  const skip = kind === "envoy" && findEnvoy() === null;
  afterAll(() => Promise.all(proxies.map((proxied) => proxied.close())));

  const through = async (one: number, more: pg.ClientConfig = {}): Promise<pg.Client> => {
    const proxied = await startProxied(kind, { one, two: one, match: { database: { exact: "two" } } });
    proxies.push(proxied);
    const where = { host: "127.0.0.1", port: proxied.port, user: "ann", database: "postgres" };
    return new pg.Client({ ...where, connectionTimeoutMillis: 8_000, ...more });
  };
  const failure = (running: Promise<unknown>) =>
    running.then(
      () => "no error",
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );

  it.skipIf(skip)("no route", async () => {
    const client = await through(await freePort(), { database: "nowhere" });
    expect(await failure(client.connect())).toBe("3D000");
  });

  it.skipIf(skip)("a server that refuses", async () => {
    const started = Date.now();
    expect(await failure((await through(await freePort())).connect())).toBe("08001");
    expect(Date.now() - started).toBeLessThan(6_000);
  });

  it.skipIf(skip)("a server that cannot be reached", async () => {
    expect(await failure((await through(hole.port)).connect())).toBe("08001");
  });

  it.skipIf(skip).each([
    // Between two messages the proxy can still say what happened; in the middle of one it can only end the connection.
    ["resets between messages", (socket: Socket) => socket.resetAndDestroy(), /^08001$/],
    ["closes in a message", (socket: Socket) => socket.end(HALF_A_ROW), /terminated unexpectedly/],
  ])("a server that %s: the client is told at once", async (_, act, words) => {
    onQuery = act;
    const client = await through((server.address() as AddressInfo).port);
    client.on("error", () => undefined);
    await client.connect();
    const started = Date.now();
    expect(await failure(client.query("select 1"))).toMatch(words);
    expect(Date.now() - started).toBeLessThan(3_000);
  });
});
