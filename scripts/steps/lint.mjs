import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { protocols } from "./protocols.mjs";
import { root, run } from "./run.mjs";

/**
 * Checks style and types of all sources; warnings count as errors.
 * @param {{ write?: boolean }} [options] `write`: formats and applies safe fixes first
 * @returns {Promise<boolean>} whether all is well
 */
export async function lint({ write = false } = {}) {
  const tool = (name) => join(root, "node_modules/.bin", name);
  const plain = process.stdout.isTTY ? [] : ["--colors=off"];
  const biome = [...(write ? ["check", "--write"] : ["ci"]), "--error-on-warnings", ...plain];
  const prettier = ["--log-level", "warn", write ? "--write" : "--check", ...assemblyScript()];
  const table = protocols({ write });
  // Prettier has one thread: the others have the second core meanwhile.
  const inThreads = async () => [
    await run(tool("biome"), biome),
    await run(tool("tsc"), ["--noEmit", "-p", "tsconfig.json"]),
  ];
  const [code, codes] = await Promise.all([run(tool("prettier"), prettier, { quiet: !write }), inThreads()]);
  return table && [code, ...codes].every((each) => each === 0);
}

/** Biome does not read AssemblyScript's decorators and operators: those files are prettier's. */
function assemblyScript() {
  const own = ["assembly", "filters"].filter((folder) => existsSync(join(root, folder)));
  const inExamples = readdirSync(join(root, "examples")).flatMap((name) =>
    ["codec", "filter"].map((kind) => `examples/${name}/${kind}`).filter((folder) => existsSync(join(root, folder))),
  );
  const sources = [...own, ...inExamples, "test/modules"].map((folder) => `${folder}/**/*.ts`);
  return [...sources, "!**/*.{spec,support}.ts"];
}
