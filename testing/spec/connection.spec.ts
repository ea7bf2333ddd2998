import "../vitest.js";
import { expect, it } from "vitest";
import { probeModule } from "../../host/vm/spec/kit.support.js";
import { TestHost } from "../index.js";

async function probe(program: string) {
  const host = new TestHost();
  return { host, filter: await host.load(await probeModule(), { configuration: program }) };
}

it("passes bytes both ways, and shows what the module changed", async () => {
  const { host, filter } = await probe("downstream_data: setbuf 2 0 2 PONG\nupstream_data: setbuf 3 99 0 !");
  const connection = filter.connection().fromClient("hello").fromUpstream("answer", true);
  expect(String(connection.takeUpstream())).toBe("PONGllo");
  expect(String(connection.takeUpstream())).toBe("");
  expect(connection).toMatchInlineSnapshot(`
    to the upstream: 0 bytes: ""
    to the client: 7 bytes: "answer!", end of stream
  `);
  host.logs.take();
  connection.end();
  expect(host.logs.messages()).toEqual(["downstream_close 2 2", "done 2", "log 2", "delete 2"]);
});

it("shows stopped bytes again, and lets them go when the module continues", async () => {
  const { host, filter } = await probe("configure: tick 50\ndownstream_data: return 1\ntick: effective 2; continue 2");
  const connection = filter.connection().fromClient("ab").fromClient("cd");
  expect([connection.held, connection.upstream.length]).toEqual([4, 0]);
  expect(host.logs.messages()).toContain("downstream_data 2 4 0");
  host.pass(50);
  expect([connection.held, String(connection.upstream)]).toEqual([0, "abcd"]);
});

it("tells who closed it", async () => {
  const closing = (await probe("downstream_data: close 2")).filter.connection().fromClient("x");
  expect([closing.closed, closing.asked]).toEqual(["flushed", ["close the connection"]]);
  expect(() => closing.fromClient("y")).toThrow("the connection is closed, flushed");
  const trapping = (await probe("downstream_data: trap")).filter.connection().fromClient("x");
  expect(trapping.closed).toBe("reset");
});
