import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { Authority, type Pair } from "../../test/support/tls/index.js";
import { TlsEntrance } from "./tls-entrance.js";

const folder = mkdtempSync(join(tmpdir(), "meltemi-entrance-"));
const [authority, stranger] = [Authority.create("authority"), Authority.create("stranger")];
const [first, second] = [authority, authority].map((by) => by.issue({ commonName: "server", dns: ["control.test"] }));
const files = {
  certificate: join(folder, "a.pem"),
  key: join(folder, "a.key"),
  clientAuthorities: join(folder, "ca.pem"),
};
writeFileSync(files.clientAuthorities, authority.certificate);

let entrance: TlsEntrance;
let port: number;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  save(first as Pair);
  entrance = new TlsEntrance(files, {
    onConnection: (socket) => socket.end("in"),
    onRefused: (_, reason) => heard.push(`refused: ${reason}`),
    onStale: (reason) => heard.push(`stale: ${reason}`),
  });
  port = await entrance.listen(0, "127.0.0.1");
});

afterEach(() => entrance.close());
afterAll(() => rmSync(folder, { recursive: true }));

function save({ certificate, key }: Pair): void {
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key);
}

/** What the server says to a client with this identity, and who it is. */
async function enter(
  identity: Pair | undefined,
  more: ConnectionOptions = {},
): Promise<{ said: string; serial?: string }> {
  const shown = identity && { cert: identity.certificate, key: identity.key };
  const options = { port, host: "127.0.0.1", servername: "control.test", ca: authority.certificate, ...shown, ...more };
  const socket: TLSSocket = connect(options);
  let said = "";
  socket.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  socket.on("error", () => undefined);
  let serial: string | undefined;
  socket.once("secureConnect", () => {
    serial = socket.getPeerX509Certificate()?.serialNumber;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return { said, ...(serial !== undefined && { serial }) };
}

test("who shows a certificate of the authorities is let in; others are refused, and why is told", async () => {
  const its = authority.issue({ commonName: "proxy" });
  expect((await enter(its)).said).toBe("in");
  expect(heard).toEqual([]);
  expect((await enter(undefined)).said).toBe("");
  expect((await enter(stranger.issue({ commonName: "strange" }))).said).toBe("");
  connectPlain(port, "127.0.0.1").end("PRI * HTTP/2.0\r\n\r\n").resume();
  await expect
    .poll(() => heard)
    .toEqual([
      "refused: it has shown no certificate",
      expect.stringMatching(/^refused: its certificate is not from the authorities for clients \(.*\)$/),
      expect.stringMatching(/^refused: .*(wrong version number|http request|packet length)/),
    ]);
});

test("files that have changed hold for the next connection; a key that is not its certificate's changes nothing", async () => {
  const its = authority.issue({ commonName: "proxy" });
  const serials = [first, second].map((pair) => new X509Certificate(pair?.certificate ?? "").serialNumber);
  expect((await enter(its)).serial).toBe(serials[0]);
  writeFileSync(files.certificate, second?.certificate ?? "");
  expect(await enter(its)).toEqual({ said: "in", serial: serials[0] });
  expect(heard).toEqual([expect.stringMatching(/^stale: .*key values mismatch/)]);
  save(second as Pair);
  expect(await enter(its)).toEqual({ said: "in", serial: serials[1] });
  rmSync(files.key);
  expect(await enter(its)).toEqual({ said: "in", serial: serials[1] });
  expect(heard[1]).toMatch(/^stale: the key cannot be read: ENOENT/);
});

test("files that make no server are told at once", () => {
  const events = { onConnection: () => undefined, onRefused: () => undefined, onStale: () => undefined };
  expect(() => new TlsEntrance({ ...files, certificate: join(folder, "none.pem") }, events)).toThrow(
    /^the certificate cannot be read: ENOENT.*none\.pem/,
  );
});
