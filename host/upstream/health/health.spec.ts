import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type HealthCheck, HealthCheckSchema } from "../../../xds/gen/envoy/config/core/v3/health_check_pb.js";
import { StatsStore } from "../../stats/index.js";
import { bareEndpoint, LiveEndpoint } from "../endpoints/index.js";
import { HealthChecker, readHealthChecks } from "./index.js";

type Fields = Exclude<MessageInitShape<typeof HealthCheckSchema>, HealthCheck>;

const text = (value: string) => ({ payload: { case: "text" as const, value } });
const usual: Fields = {
  timeout: { nanos: 200_000_000 },
  interval: { nanos: 20_000_000 },
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  reuseConnection: false,
  healthChecker: { case: "tcpHealthCheck", value: { send: text("01"), receive: [text("0203"), text("05")] } },
};
const settingsOf = (fields: Fields) => readHealthChecks([create(HealthCheckSchema, { ...usual, ...fields })]);

/** What the server says to a check; undefined: nothing, and it stays. */
let answer: string | undefined;
const server = createServer((socket: Socket) => {
  socket.on("error", () => undefined);
  socket.on("data", () => (answer === undefined ? undefined : socket.end(Buffer.from(answer, "hex"))));
});

beforeEach(async () => {
  answer = "ff0203ff0405";
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterEach(() => server.close());

test("an endpoint is out until it has answered, after so many bad answers, and back after so many good ones", async () => {
  const settings = settingsOf({});
  if (settings === undefined) throw new Error("there is no check");
  const { port } = server.address() as AddressInfo;
  const endpoint = new LiveEndpoint(bareEndpoint({ kind: "tcp", host: "127.0.0.1", port }));
  let changed: () => void = () => undefined;
  const change = () => new Promise<void>((resolve) => (changed = resolve));
  const store = new StatsStore();
  const checker = new HealthChecker(settings, store.scope("cluster.a"), undefined, () => changed());
  const first = change();
  checker.update([endpoint]);
  expect(endpoint.healthy).toBe(false);
  await first;
  expect(endpoint.healthy).toBe(true);

  const count = (name: string) => store.scope("cluster.a.health_check").counter(name).value;
  const failures = count("failure");
  answer = "0502"; // not in this order
  await change();
  expect([endpoint.healthy, count("failure") - failures]).toEqual([false, 3]);

  answer = "020305";
  const successes = count("success");
  await change();
  expect([endpoint.healthy, count("success") - successes]).toEqual([true, 2]);

  answer = undefined;
  await change();
  expect(endpoint.healthy).toBe(false);
  checker.close();
});

test.each<[string, Fields, RegExp]>([
  ["another kind of check", { healthChecker: { case: "httpHealthCheck", value: { path: "/" } } }, /tcp_health_check/],
  ["a connection that is kept", { reuseConnection: true }, /reuse_connection.*expected false/],
  ["no interval", { interval: { seconds: 0n } }, /interval.*above zero/],
  ["bytes that are none", { healthChecker: { case: "tcpHealthCheck", value: { send: text("xy") } } }, /send.text/],
])("%s is refused", (_, fields, message) => {
  expect(() => settingsOf(fields)).toThrow(message);
});
