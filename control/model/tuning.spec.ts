import { expect, test } from "vitest";
import type { Resource, ServiceEntrySpec } from "../source/index.js";
import { Problems } from "./problems.js";
import { tuningOf } from "./tuning.js";

function read(annotations: Record<string, string>) {
  const problems = new Problems();
  const entry: Resource<ServiceEntrySpec> = {
    kind: "ServiceEntry",
    name: "a",
    namespace: "default",
    annotations,
    spec: { hosts: ["a.example"], ports: [] },
    at: () => ({ file: "a.yaml", line: 3, column: 5 }),
  };
  return { tuning: tuningOf(entry, problems), problems: problems.all.map(({ message }) => message) };
}

test("annotations are read; others are not looked at", () => {
  const annotations = {
    "meltemi.dev/max-connection-duration": "90s",
    "meltemi.dev/max-frame-bytes": "1024",
    "meltemi.dev/first-stream-id": "2147483647",
    "meltemi.dev/deadline": "false",
    "meltemi.dev/unknown": "refuse",
    "meltemi.dev/codec": '{ "own": 1 }',
    "meltemi.dev/health-check": '{ "send": "0a", "receive": "0b", "unhealthy": 3 }',
    "someone.else/max-frame-bytes": "many",
  };
  const tuning = {
    deadline: false,
    maxConnectionDuration: 90_000,
    maxFrameBytes: 1024,
    firstStreamId: 2_147_483_647,
    unknown: "refuse",
    codec: { own: 1 },
    healthCheck: { send: "0a", receive: "0b", intervalMs: 5000, timeoutMs: 1000, unhealthy: 3, healthy: 1 },
  };
  expect(read(annotations)).toEqual({ tuning, problems: [] });
});

test.each([
  ["max-connection-duration", "soon"],
  ["max-connection-duration", "0s"],
  ["max-frame-bytes", "63"],
  ["max-frame-bytes", "8MiB"],
  ["first-stream-id", "2"],
  ["first-stream-id", "2147483649"],
  ["deadline", "no"],
  ["unknown", "drop"],
  ["codec", "all"],
  ["health-check", "yes"],
])("%s: %s is a problem that says what was expected", (name, value) => {
  const { tuning, problems } = read({ [`meltemi.dev/${name}`]: value });
  expect(tuning).toEqual({});
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^expected .*, found "${value}"$`))]);
});

test.each(['{"send":"PING"}', '{"intervalMs":0}', '{"interval":"5s"}', "[]"])(
  "a health check of %s is none",
  (value) => {
    const { tuning, problems } = read({ "meltemi.dev/health-check": value });
    expect(tuning).toEqual({});
    expect(problems).toEqual([expect.stringMatching(/^expected an object in JSON with "send" and "receive"/)]);
  },
);
