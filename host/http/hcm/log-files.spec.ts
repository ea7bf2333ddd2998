import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { FactoryContext } from "../../network/index.js";
import { openLogFile } from "./log-files.js";

/** As much of a listener as a log needs. */
function listener() {
  const disposals: (() => void)[] = [];
  const logger = { error: (fields: object) => expect(fields).toBeUndefined() };
  const context = { logger, onDispose: (dispose: () => void) => void disposals.push(dispose) };
  const close = (): void => {
    for (const dispose of disposals) dispose();
  };
  return { context: context as unknown as FactoryContext, close };
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("listeners share a file, which is closed with the last of them and opened again", async () => {
  const path = join(temporary(), "a.log");
  const [first, second, third] = [listener(), listener(), listener()];
  const stream = openLogFile(path, first.context, "log.path");
  expect(openLogFile(path, second.context, "log.path")).toBe(stream);
  stream.write("one\n");
  first.close();
  stream.write("two\n");
  second.close();
  const anew = openLogFile(path, third.context, "log.path");
  expect(anew).not.toBe(stream);
  anew.write("three\n");
  const lines = () => readFileSync(path, "utf8").split("\n").sort();
  await expect.poll(lines).toEqual(["", "one", "three", "two"]);
  third.close();
});

test("a file that cannot be opened is refused by name, until it can", () => {
  const folder = join(temporary(), "missing");
  const path = join(folder, "a.log");
  const { context, close } = listener();
  expect(() => openLogFile(path, context, "log.path")).toThrow(`log.path: unable to open file '${path}': ENOENT`);
  mkdirSync(folder);
  openLogFile(path, context, "log.path");
  close();
});
