import { afterAll, beforeAll, expect, test } from "vitest";
import type { TapRecord } from "../control/index.js";
import { awesomerpc, startWorld, type World } from "../test/support/index.js";
import { meltemi } from "./meltemi.support.js";
import { textOf } from "./tap-text.js";

let world: World;
beforeAll(async () => {
  world = await startWorld("host", awesomerpc, { services: { reviews: { routes: [{ to: "v1" }] } } });
}, 30_000);
afterAll(() => world?.close());

const attributes = [
  ["user", "Jason"],
  ["authorization", "Bearer abc"],
] as const;

test("meltemi tap prints calls as they are answered, and ends after so many", async () => {
  const args = ["tap", "reviews.test", "--control", world.control, "--limit", "2"];
  const caller = world.caller("reviews");
  /** What a watcher has said in the end, while somebody calls. */
  const watch = async (...more: string[]) => {
    const watcher = meltemi(...args, ...more);
    let ended = false;
    void watcher.finally(() => {
      ended = true;
    });
    while (!ended) {
      await caller.call({ operation: "list", attributes, payload: "\x1b[2Jhello" });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return await watcher;
  };
  // One after the other: what a watcher sees before the proxy has heard of its wish for payloads has none.
  const asJson = await watch("-o", "json", "--payload");
  const asText = await watch("--match", "user=Jason");
  expect([asText.code, asJson.code]).toEqual([0, 0]);
  expect(asText.err).toMatch(/^watching reviews\.test:\d+\n$/);
  const lines = asText.out.trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} {2}reviews\.test:\d+ {2}test\.Echo\/list {2}success {2}\d+ms {2}\d+B>\d+B {2}127\.0\.0\.1:\d+ .*user=Jason/,
  );
  expect(lines[0]).toContain("authorization=***");
  const records = asJson.out.trimEnd().split("\n");
  expect(records.map((line) => JSON.parse(line))).toEqual(
    Array(2).fill(expect.objectContaining({ kind: "call", operation: "list", request: expect.any(String) })),
  );
}, 30_000);

test("a service that there is not, a control plane that cannot be reached: said in a line", async () => {
  const unknown = await meltemi("tap", "nobody", "--control", world.control);
  expect(unknown).toMatchObject({ code: 1, out: "" });
  expect(unknown.err).toMatch(/^meltemi: no service nobody; there are: reviews\.test:\d+\n$/);
  const nowhere = await meltemi("tap", "nobody", "--control", "127.0.0.1:1");
  expect(nowhere.err).toMatch(/^meltemi: cannot reach the control plane at 127\.0\.0\.1:1: /);
  const wrong = await meltemi("tap", "nobody", "--match", "user");
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("Expected as name=value.")]);
});

test("what comes from the wire does not command the terminal", () => {
  const record: TapRecord = {
    ...{ time: "2026-01-02T03:04:05.678Z", service: "a:1", proxy: "p", interface: "", operation: "get" },
    kind: "message",
    ...{ attributes: { "k\n": "v \x1b[2J" }, status: "sent", code: 0, latencyMs: 0, requestBytes: 5, answerBytes: 0 },
    ...{ backend: "", request: Buffer.from("*1\r\n\x1b[2J").toString("base64") },
  };
  expect(textOf(record)).toBe(
    '03:04:05.678  a:1  message  get  sent  5B>0B  k\\n="v \\u001b[2J"\n  > *1\\r\\n\\x1b[2J\n',
  );
});
