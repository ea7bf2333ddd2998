import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import {
  CallError,
  Client,
  Decoder,
  encode,
  type Frame,
  type Handler,
  Kind,
  ProtocolError,
  parse,
  Server,
  Status,
} from "./index.js";

const frames: Frame[] = [
  {
    kind: Kind.request,
    id: 0xfedc_ba98_7654_3210n,
    service: "shop.Reviews",
    method: "list",
    headers: [
      ["User", "Jason"],
      ["user", "ünïcode ✓"],
      ["", ""],
    ],
    payload: Buffer.from([0, 1, 2, 255]),
  },
  { kind: Kind.oneWay, id: 1n, service: "", method: "", headers: [], payload: Buffer.alloc(0) },
  { kind: Kind.response, id: 2n, status: Status.applicationError, headers: [["a", "b"]], payload: Buffer.from("no") },
  { kind: Kind.ping, id: 3n },
  { kind: Kind.pong, id: 3n },
  { kind: Kind.goaway, id: 0n },
];

async function start(handler: Handler): Promise<{ server: Server; client: Client }> {
  const server = await Server.listen({ handler });
  const client = new Client({ port: server.port });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return { server, client };
}

test("frames survive the wire, in pieces of every size", () => {
  const bytes = Buffer.concat(frames.map(encode));
  for (const size of [1, 2, 3, 5, 7, 14, 50, bytes.length]) {
    const decoder = new Decoder();
    const seen: Frame[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      for (const { frame, raw } of decoder.push(bytes.subarray(at, at + size))) {
        seen.push(frame);
        expect(encode(frame)).toEqual(Buffer.from(raw));
      }
    }
    expect(seen).toEqual(frames);
  }
});

test("a frame cut short, or with a wrong magic or kind, is refused", () => {
  const whole = encode(frames[0] as Frame);
  const wrongMagic = Buffer.from(whole);
  wrongMagic[4] = 0;
  const wrongKind = Buffer.from(whole);
  wrongKind[5] = 9;
  const short = Buffer.from(whole.subarray(0, 30));
  short.writeUInt32BE(26, 0);
  for (const bytes of [wrongMagic, wrongKind, short]) expect(() => parse(bytes)).toThrow(ProtocolError);
});

test("pipelined calls are answered in any order, each with its own answer", async () => {
  const { server, client } = await start(({ payload }) => ({ payload }));
  server.latency = () => Math.random() * 20;
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => client.call("s", "echo", { payload: `${i}` })),
  );
  expect(answers.map(({ payload }) => payload.toString())).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  expect(client.opened).toBe(1);
  await client.ping();
});

test("a goaway lets what is in flight finish, and the next call opens a new connection", async () => {
  const { server, client } = await start(() => ({}));
  server.latency = () => 50;
  const before = client.call("s", "m");
  await expect.poll(() => server.connections).toBe(1);
  server.goaway();
  await before;
  await client.call("s", "m");
  expect(client.opened).toBe(2);
  await client.close();
});

test("a handler that throws answers with an internal error; silence ends in a timeout; a crash fails what waits", async () => {
  const { server, client } = await start(() => Promise.reject(new Error("out of stock")));
  const failed = await client.call("s", "m");
  expect([failed.status, failed.payload.toString()]).toEqual([Status.internal, "out of stock"]);
  server.silent = true;
  await expect(client.call("s", "m", { timeoutMs: 20 })).rejects.toThrow("no answer within 20 ms");
  const waiting = client.call("s", "m");
  setTimeout(() => server.kill(), 20);
  await expect(waiting).rejects.toThrow(CallError);
});

test("a server drops a connection that does not speak the protocol", async () => {
  const { server } = await start(() => ({}));
  const socket = connect(server.port, "127.0.0.1");
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve()).on("error", () => undefined);
    socket.end("GET / HTTP/1.1\r\n\r\n");
  });
  expect(server.connections).toBe(0);
});
