import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { OutlierDetectionSchema } from "../../../xds/gen/envoy/config/cluster/v3/outlier_detection_pb.js";
import { StatsStore } from "../../stats/index.js";
import { bareEndpoint, LiveEndpoint } from "../endpoints/index.js";
import { OutlierDetector, readOutlierDetection } from "./index.js";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function detector(config: Record<string, JsonValue>, count = 2) {
  const settings = readOutlierDetection(fromJson(OutlierDetectionSchema, { enforcing_success_rate: 0, ...config }));
  if (settings === undefined) throw new Error("no settings");
  const stats = new StatsStore();
  let changes = 0;
  const outliers = new OutlierDetector(settings, stats, () => changes++);
  closers.push(() => outliers.close());
  const endpoints = Array.from(
    { length: count },
    (_, port) => new LiveEndpoint(bareEndpoint({ kind: "tcp", host: "10.0.0.1", port })),
  );
  outliers.update(endpoints);
  const first = endpoints[0] as LiveEndpoint;
  return {
    outliers,
    endpoints,
    first,
    changes: () => changes,
    stat: (name: string) => stats.counter(`outlier_detection.${name}`).value,
  };
}

test("failures in a row eject; a success between them starts again", () => {
  const { outliers, first, changes, stat } = detector({ consecutive_5xx: 3, max_ejection_percent: 50 });
  for (const status of [500, 503, 200, 500, 502]) outliers.report(first, status);
  expect(first.healthy).toBe(true);
  outliers.report(first, "connect-failure");
  expect(first.healthy).toBe(false);
  expect(changes()).toBe(1);
  expect(stat("ejections_enforced_consecutive_5xx")).toBe(1);
});

test("no more than max_ejection_percent are out", () => {
  const { outliers, endpoints, stat } = detector({ consecutive_5xx: 1, max_ejection_percent: 50 });
  for (const endpoint of endpoints) outliers.report(endpoint, 500);
  expect(endpoints.map(({ healthy }) => healthy)).toEqual([false, true]);
  expect(stat("ejections_overflow")).toBe(1);
});

test("an endpoint comes back after base_ejection_time", async () => {
  const { outliers, first } = detector(
    { consecutive_5xx: 1, max_ejection_percent: 100, interval: "0.01s", base_ejection_time: "0.05s" },
    1,
  );
  outliers.report(first, 500);
  expect(first.healthy).toBe(false);
  await expect.poll(() => first.healthy).toBe(true);
});

test("gateway failures only where enforced; local failures of their own where split", () => {
  const split = detector({
    consecutive_5xx: 100,
    consecutive_local_origin_failure: 2,
    split_external_local_origin_errors: true,
    max_ejection_percent: 100,
  });
  for (let i = 0; i < 6; i++) split.outliers.report(split.first, 503);
  expect(split.first.healthy).toBe(true);
  split.outliers.report(split.first, "connect-failure");
  split.outliers.report(split.first, "timeout");
  expect(split.first.healthy).toBe(false);
});

test("ejection by success rate is refused", () => {
  expect(() => readOutlierDetection(fromJson(OutlierDetectionSchema, {}))).toThrow("enforcing_success_rate");
});
