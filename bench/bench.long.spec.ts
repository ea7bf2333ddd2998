import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { envoyBinary } from "../control/envoy.support.js";
import type { Measurement } from "./measurement.js";

const folder = mkdtempSync(join(tmpdir(), "meltemi-bench-spec-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("measures every path once and writes it down", async () => {
  const file = join(folder, "figures.json");
  const env = { ...process.env, ...(envoyBinary !== null && { MELTEMI_ENVOY: envoyBinary }) };
  const args = [
    "build/js/bench/main.js",
    "--quick",
    "--only",
    "dubbo,postgresql,redis,thrift,filters,egress",
    "--json",
    file,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toMatch(/^### dubbo$/m);
  expect(stdout).toMatch(/^\| thrift +\| \d+ /m);
  const figures = JSON.parse(readFileSync(file, "utf8")) as Measurement[];
  const paths = (protocol: string) =>
    new Set(figures.filter((one) => one.protocol === protocol).map(({ path }) => path));
  const onEnvoy = envoyBinary === null ? [] : (["request", "cpp", "tcp"] as const);
  const more = envoyBinary === null ? [] : (["flow", "cpp-older", "http"] as const);
  expect(paths("dubbo")).toEqual(new Set([...onEnvoy, ...more, "host"]));
  expect(paths("thrift")).toEqual(new Set([...onEnvoy, ...(envoyBinary === null ? [] : ["flow"]), "host"]));
  // Of these there is a figure for each path, or else a line that says what is missing.
  const session = envoyBinary === null ? [] : (["session", "tcp", "tcp-codec"] as const);
  const served = { redis: [...onEnvoy, "host"], postgresql: [...session, "host"] } as const;
  for (const [protocol, expected] of Object.entries(served)) {
    if (paths(protocol).size === 0) expect(stdout).toMatch(new RegExp(`^${protocol}: skipped, no `, "m"));
    else expect(paths(protocol)).toEqual(new Set(expected));
  }
  if (paths("postgresql").size > 0) expect(stdout).toMatch(/^\| postgresql +\| +\| \d+ +\| \d+ +\| [\d.]+ +\|$/m);
  if (paths("redis").size > 0) expect(stdout).toMatch(/^\| redis +\| [\d.]+ +\| \d+ +\| \d+ /m);
  if (envoyBinary !== null) {
    expect(stdout).toMatch(/^\| jwt-auth \(HS256\) +\| \d+ +\| -?[\d.]+ +\| [\d.]+ /m);
    const egress = figures.filter(({ protocol }) => protocol === "egress");
    const connections = (path: string) =>
      egress.filter((one) => one.path === path).map((one) => one.backendConnections);
    expect([connections("multiplexed"), connections("plain")]).toEqual([
      [1, 1],
      [64, 1024],
    ]);
    for (const { p99Ms } of egress) expect(p99Ms).toBeGreaterThan(0);
  }
  expect(paths("filters").size).toBe(envoyBinary === null ? 0 : 6);
  for (const one of figures) {
    expect(one.cpuPerRequestUs, one.path).toBeGreaterThan(0);
    expect(one.requestsPerSecond, one.path).toBeGreaterThan(0);
  }
}, 240_000);
