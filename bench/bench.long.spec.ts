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
  const args = ["build/js/bench/main.js", "--quick", "--only", "dubbo,thrift", "--json", file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toMatch(/^### dubbo$/m);
  expect(stdout).toMatch(/^\| thrift +\| \d+ /m);
  const figures = JSON.parse(readFileSync(file, "utf8")) as Measurement[];
  const paths = (protocol: string) =>
    new Set(figures.filter((one) => one.protocol === protocol).map(({ path }) => path));
  const onEnvoy = envoyBinary === null ? [] : (["request", "cpp", "tcp"] as const);
  expect(paths("dubbo")).toEqual(new Set([...onEnvoy, ...(envoyBinary === null ? [] : ["http"]), "host"]));
  expect(paths("thrift")).toEqual(new Set([...onEnvoy, "host"]));
  for (const one of figures) {
    expect(one.cpuPerRequestUs, one.path).toBeGreaterThan(0);
    expect(one.requestsPerSecond, one.path).toBeGreaterThan(0);
  }
}, 240_000);
