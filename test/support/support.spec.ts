import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { awesomerpc } from "./awesomerpc.js";
import { BlackHole } from "./black-hole.js";
import { dubbo } from "./dubbo/index.js";
import type { Protocol } from "./protocol.js";
import { until } from "./until.js";

const PROTOCOLS: readonly Protocol[] = [awesomerpc, dubbo];

// What the suite says of a proxy is worth only what its clients and backends are worth without one.
test.each(PROTOCOLS)("$name: caller and backend understand each other without a proxy", async (protocol) => {
  const backend = await protocol.backend("v1");
  const caller = protocol.caller(backend.port);
  onTestFinished(async () => {
    caller.destroy();
    await backend.close();
  });
  const call = { attributes: [["User", "Jason"]] as const, payload: "hello" };
  const answer = await caller.call(call);
  expect(answer).toMatchObject({ payload: Buffer.from("hello"), attributes: [["Served-By", "v1"]] });
  expect(answer.error).toBeUndefined();
  await caller.ping();
  await caller.notify({ payload: "one way" });
  await until("the one-way request", () => backend.messages.length === 2);
  expect(backend.messages.map(({ oneWay }) => oneWay)).toEqual([false, true]);
  const [message] = backend.messages;
  expect(message?.attributes).toEqual(call.attributes);
  expect(protocol.withoutId(message?.raw ?? Buffer.alloc(0))).toEqual(protocol.request(0n, call));

  backend.reply = () => ({ business: true, payload: "no", attributes: [["Code", "7"]] });
  const refused = {
    error: "business",
    payload: Buffer.from("no"),
    attributes: [["Code", "7"]],
    code: expect.any(Number),
  };
  expect(await caller.call()).toEqual(refused);
  backend.silent = true;
  await expect(caller.call({ timeoutMs: 20 })).rejects.toThrow();
});

test("a black hole neither accepts nor refuses", async () => {
  const hole = await BlackHole.open();
  const socket = connect(hole.port, "127.0.0.1");
  const events: string[] = [];
  socket.on("connect", () => events.push("connect")).on("error", () => events.push("error"));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(events).toEqual([]);
  socket.destroy();
  await hole.close();
});
