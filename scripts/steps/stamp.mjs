import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./run.mjs";

/**
 * Does a step only when what it reads has changed since it last succeeded, or when its output is gone.
 * @param {{ name: string, inputs: string[], output: string, step: () => Promise<void> }} task paths from the root;
 *   a folder among the inputs stands for all files in it
 */
export async function whenChanged({ name, inputs, output, step }) {
  const stampFile = join(root, "build/stamps", name);
  const digest = digestOf(inputs);
  const fresh = existsSync(join(root, output)) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === digest;
  if (fresh) return;
  await step();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
}

function digestOf(inputs) {
  const hash = createHash("sha256");
  for (const input of inputs) {
    for (const file of filesIn(join(root, input))) hash.update(file).update(readFileSync(file));
  }
  return hash.digest("hex");
}

const SKIPPED = new Set(["node_modules", "build", "gen"]);

function* filesIn(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path).sort()) if (!SKIPPED.has(entry)) yield* filesIn(join(path, entry));
}
