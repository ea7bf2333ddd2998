import { expect, test } from "vitest";
import { contract, ONE_BY_ONE, postgresql, until, type World } from "../../support/index.js";
import { scrape } from "../metrics.support.js";
import { connecting, openSession } from "./sessions.support.js";

const access = { default: "allow", rules: [{ action: "deny", statements: ["truncate"] }] };

const services = {
  sql: {
    annotations: { "meltemi.dev/codec": JSON.stringify({ access }) },
    routes: ["v1", "v2"].map((to) => ({ match: { database: { exact: to } }, to })),
  },
};

/** What was counted: `operation version code outcome`, and how often. */
async function counted(world: World): Promise<Record<string, number>> {
  const samples = (await scrape(world, "sql")).filter(({ name }) => name === "istio_requests_total");
  return Object.fromEntries(
    samples.map(({ labels, value }) => {
      const { request_operation, destination_version, response_code, response_outcome } = labels;
      return [`${request_operation} ${destination_version} ${response_code} ${response_outcome}`, value];
    }),
  );
}

contract(
  "metrics of sessions",
  { services },
  (world) => {
    test("statements are counted by kind, version, SQLSTATE and outcome, and so is the opening of sessions", async () => {
      const { v1, v2 } = world().backends;
      const one = await openSession(world(), "sql", { database: "v1" });
      for (let index = 0; index < 3; index++) await one.query("select 1");
      v1.reply = ({ payload }) => ({ business: true, payload: `not understood: ${payload}` });
      expect((await one.query("update accounts set cents = -1")).error).toBe("22000");
      expect((await one.query("truncate accounts")).error).toBe("42501");
      const two = await openSession(world(), "sql", { database: "v2" });
      await two.query("commit");
      v2.silent = true;
      const lost = two.query("delete from accounts").catch(() => undefined);
      await until("the server to have it", () => v2.messages.at(-1)?.operation === "delete");
      v2.kill();
      await lost;
      await connecting(world(), "sql", { database: "nowhere" }).start();
      const all = {
        "v1/connect v1 00000 success": 1,
        "v1/select v1 00000 success": 3,
        "v1/update v1 22000 business_error": 1,
        "v1/truncate unknown 403 proxy": 1,
        "v2/connect v2 00000 success": 1,
        "v2/commit v2 00000 success": 1,
        "v2/delete unknown 503 proxy": 1,
        "nowhere/connect unknown 404 proxy": 1,
      };
      await until("all to be counted", async () => Object.keys(await counted(world())).length === 8);
      expect(await counted(world())).toEqual(all);
    });

    test("their durations and bytes are, under the same labels", async () => {
      world().backends.v1.latency = () => 70;
      const session = await openSession(world(), "sql", { database: "v1" });
      await session.query(`fetch ${"x".repeat(1_000)}`);
      const of = async (name: string) =>
        (await scrape(world(), "sql")).find(
          ({ name: found, labels }) => found === name && labels["request_operation"] === "v1/fetch",
        );
      // Envoy merges what its workers have every few seconds.
      await until("durations", async () => (await of("istio_request_duration_milliseconds_count"))?.value === 1);
      // The host knows times by buckets: this one begins at 50.
      expect((await of("istio_request_duration_milliseconds_sum"))?.value).toBeGreaterThanOrEqual(50);
      expect((await of("istio_request_bytes_sum"))?.value).toBeGreaterThan(950);
      expect((await of("istio_response_bytes_sum"))?.value).toBeGreaterThan(950);
      expect((await of("istio_requests_total"))?.labels).toMatchObject({
        reporter: "source",
        source_version: "c1",
        destination_version: "v1",
        request_protocol: "postgresql",
      });
    });
  },
  { protocols: [postgresql], lanes: ONE_BY_ONE, sideBySide: true },
);
