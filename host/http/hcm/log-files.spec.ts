import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { FactoryContext } from "../../network/index.js";
import { openLogFile } from "./log-files.js";

/** As much of a listener as a log needs. */
function listener() {
  const disposals: (() => void)[] = [];
  const errors: object[] = [];
  const logger = { error: (fields: object) => void errors.push(fields) };
  const context = { logger, onDispose: (dispose: () => void) => void disposals.push(dispose) };
  const close = (): void => {
    for (const dispose of disposals) dispose();
  };
  return { context: context as unknown as FactoryContext, errors, close };
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("listeners share a file, which is closed with the last of them and opened again", async () => {
  const path = join(temporary(), "a.log");
  const [first, second, third] = [listener(), listener(), listener()];
  const stream = openLogFile(path, first.context);
  expect(openLogFile(path, second.context)).toBe(stream);
  stream.write("one\n");
  first.close();
  stream.write("two\n");
  second.close();
  const anew = openLogFile(path, third.context);
  expect(anew).not.toBe(stream);
  anew.write("three\n");
  const lines = () => readFileSync(path, "utf8").split("\n").sort();
  await expect.poll(lines).toEqual(["", "one", "three", "two"]);
  third.close();
});

test("a file that cannot be opened is told, and tried again by the next listener", async () => {
  const path = join(temporary(), "missing", "a.log");
  const [first, second] = [listener(), listener()];
  const stream = openLogFile(path, first.context);
  await expect.poll(() => first.errors).toMatchObject([{ file: path }]);
  expect(openLogFile(path, second.context)).not.toBe(stream);
  await expect.poll(() => second.errors).toHaveLength(1);
  for (const each of [first, second]) each.close();
});
