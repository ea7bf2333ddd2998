import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { CASES, translateCase } from "./cases.support.js";
import { staticBootstrap } from "./static.support.js";

const folder = mkdtempSync(join(tmpdir(), "meltemi-translation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const envoy = findEnvoy();

test.skipIf(envoy === null).each(CASES)("Envoy itself takes what %s comes to", async (name) => {
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(staticBootstrap(translateCase(name).resources, 0)));
  const args = ["--mode", "validate", "--config-path", config, "--disable-hot-restart", "--log-level", "error"];
  const { stdout } = await promisify(execFile)(envoy ?? "", args);
  expect(stdout).toMatch(/ OK$/m);
});
