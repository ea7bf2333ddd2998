import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contract, until } from "../support/index.js";
import { type Sample, scrape } from "./metrics.support.js";

const services = {
  counted: { routes: [{ match: { user: { exact: "Jason" } }, to: "v1" }] },
  many: { routes: [{ to: "v1" }] },
  versions: { routes: ["v1", "v2", "v3"].map((to) => ({ match: { user: { exact: to } }, to })) },
  any: {},
};

const LATENCY_MS = 70;

const totals = (samples: readonly Sample[]) =>
  samples
    .filter(({ name }) => name === "istio_requests_total")
    .map(({ labels, value }) => {
      const operation = labels["request_operation"]?.split("/")[1];
      return `${operation} ${labels["response_outcome"]} ${value}`;
    })
    .sort();

contract(
  "metrics of calls",
  { services },
  (world, protocol) => {
    test("calls are counted by operation, status and outcome, with their durations and bytes", async () => {
      const { v1 } = world().backends;
      v1.latency = () => LATENCY_MS;
      const caller = world().caller("counted");
      const attributes = [["user", "Jason"]] as const;
      for (let index = 0; index < 3; index++) await caller.call({ operation: "list", attributes, payload: "hello" });
      v1.reply = () => ({ business: true, payload: "out of stock" });
      for (let index = 0; index < 2; index++) await caller.call({ operation: "buy", attributes });
      v1.reply = () => ({ unavailable: true });
      const { code } = await caller.call({ operation: "buy", attributes });
      await caller.call({ operation: "lost" });
      await caller.notify({ operation: "tell", attributes });
      const samples = await until("all to be there, with durations", async () => {
        const found = await scrape(world(), "counted");
        const counts = found.filter(({ name }) => name === "istio_request_duration_milliseconds_count");
        const done = counts.reduce((sum, { value }) => sum + value, 0) === 7 && totals(found).length === 5;
        return done && found;
      });
      expect(totals(samples)).toEqual([
        "buy business_error 2",
        "buy failure 1",
        "list success 3",
        "lost proxy 1",
        "tell one_way 1",
      ]);
      const of = (outcome: string, name = "istio_requests_total") =>
        samples.find((sample) => sample.name === name && sample.labels["response_outcome"] === outcome);
      expect(of("failure")?.labels).toMatchObject({
        reporter: "source",
        source_workload: "callers",
        source_app: "unknown",
        source_version: "c1",
        destination_version: "v1",
        request_protocol: protocol.name,
        request_operation: "test.Echo/buy",
        response_code: `${code}`,
      });
      // The proxy's own answers are of no backend; who is told something answers nothing.
      expect(of("proxy")?.labels).toMatchObject({ response_code: "404", destination_version: "unknown" });
      expect(of("one_way")?.labels["destination_version"]).toBe("unknown");
      // The host knows times by buckets: this one begins at 50.
      const time = of("success", "istio_request_duration_milliseconds_sum")?.value ?? 0;
      expect(time / 3).toBeGreaterThanOrEqual(50);
      expect(time / 3).toBeLessThan(1_000);
      const bytes = of("success", "istio_request_bytes_sum")?.value ?? 0;
      const raw = protocol.request(0n, { operation: "list", attributes, payload: "hello" }).length;
      expect(bytes / 3).toBeGreaterThan(raw * 0.9);
      expect(bytes / 3).toBeLessThan(raw * 1.1);
      expect(of("success", "istio_response_bytes_sum")?.value).toBeGreaterThan(0);
    });

    test("calls are told apart by the version that answered, whether a rule or the proxy chose it", async () => {
      const users = ["v1", "v2", "v3"];
      const byRule = world().caller("versions");
      for (const user of users) await byRule.call({ attributes: [["user", user]] });
      const byChance = world().caller("any");
      for (let index = 0; index < 12; index++) await byChance.call({ operation: `to${index}` });
      const versions = async (service: string) => {
        const samples = (await scrape(world(), service)).filter(({ name }) => name === "istio_requests_total");
        return samples.map(({ labels, value }) => [labels["destination_version"], value] as const);
      };
      await until("all to be counted", async () => (await versions("versions")).length === 3);
      expect((await versions("versions")).sort()).toEqual(users.map((user) => [user, 1]));
      const counted = await until("all to be counted", async () => {
        const found = await versions("any");
        return found.reduce((sum, [, value]) => sum + value, 0) === 12 && found;
      });
      const { v1, v2, v3 } = world().backends;
      for (const [name, { messages }] of Object.entries({ v1, v2, v3 })) {
        const got = messages.filter(({ operation }) => operation.startsWith("to")).length;
        const told = counted.filter(([version]) => version === name).reduce((sum, [, value]) => sum + value, 0);
        expect([name, told]).toEqual([name, got]);
      }
    });

    test("the dashboard's metrics are all there", async () => {
      await world()
        .caller("counted")
        .call({ operation: "list", attributes: [["user", "Jason"]] });
      const dashboard = readFileSync(new URL("../../examples/grafana/meltemi.json", import.meta.url), "utf8");
      const asked = new Set(dashboard.match(/\b(istio|envoy)_\w+(?=[{[]|\)"|, )/g));
      expect(asked.size).toBeGreaterThan(4);
      await until("every metric to be scraped", async () => {
        const names = new Set((await world().proxy.prometheus()).match(/^\w+(?=\{)/gm));
        return [...asked].every((name) => names.has(name));
      });
    });

    test("clients that make up operations do not fill the proxy with series", async () => {
      const caller = world().caller("many");
      await Promise.all(Array.from({ length: 400 }, (_, index) => caller.call({ operation: `made-up;${index}="` })));
      const samples = await scrape(world(), "many");
      const operations = new Set(samples.map(({ labels }) => labels["request_operation"]));
      expect(operations.size).toBeLessThanOrEqual(200);
      expect(operations).toContain("other");
      expect(operations).toContain("test.Echo/made-up_0__");
      expect(totals(samples).reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)).toBe(400);
    });
  },
  { sideBySide: true },
);
