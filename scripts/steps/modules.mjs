import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { root, run } from "./run.mjs";
import { whenChanged } from "./stamp.mjs";

/**
 * Compiles every AssemblyScript module of the checkout. None is listed anywhere: a module is a folder with an
 * `asconfig.json` and an `index.ts` below filters/, examples/ or test/modules/.
 *   filters/codecs/NAME, examples/NAME/codec  →  build/wasm/codecs/NAME.wasm
 *   filters/http/NAME,   examples/NAME/filter →  build/wasm/http/NAME.wasm
 *   test/modules/NAME/codec                   →  build/test-wasm/codecs/NAME.wasm, which no package carries
 */
export async function modules() {
  linkPackage();
  const folders = ["filters", "examples", "test/modules"].flatMap((folder) => [...modulesBelow(join(root, folder))]);
  const queue = [...folders];
  const failed = [];
  const worker = async () => {
    for (let folder = queue.shift(); folder; folder = queue.shift()) if (!(await compile(folder))) failed.push(folder);
  };
  await Promise.all([worker(), worker()]);
  if (failed.length > 0) throw new Error(`modules that do not compile: ${failed.join(", ")}`);
}

async function compile(folder) {
  const output = outputOf(folder);
  let ok = true;
  await whenChanged({
    name: `module-${output.replaceAll("/", "-")}`,
    inputs: [folder, "assembly", "package-lock.json", "scripts/steps/modules.mjs"],
    output,
    step: async () => {
      console.log(`compiling ${output} …`);
      mkdirSync(dirname(join(root, output)), { recursive: true });
      rmSync(join(root, output), { force: true });
      const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
      const code = await run(
        process.execPath,
        [
          asc,
          `${folder}/index.ts`,
          "--config",
          `${folder}/asconfig.json`,
          "--path",
          "build/packages",
          "--outFile",
          output,
        ],
        { quiet: true },
      );
      ok = code === 0;
    },
  });
  return ok;
}

/** Lets modules of the checkout import the SDK by its package name, as users' modules do. */
function linkPackage() {
  const link = join(root, "build/packages/meltemi");
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(root, link, "dir");
}

function* modulesBelow(folder) {
  if (!existsSync(folder)) return;
  if (existsSync(join(folder, "asconfig.json"))) yield relative(root, folder);
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (entry !== "node_modules" && entry !== "build" && statSync(path).isDirectory()) yield* modulesBelow(path);
  }
}

function outputOf(folder) {
  const kinds = { codecs: "codecs", http: "http", codec: "codecs", filter: "http" };
  const own = basename(folder);
  const parent = basename(dirname(folder));
  const inExample = own in kinds;
  const base = folder.startsWith("test") ? "build/test-wasm" : "build/wasm";
  return `${base}/${kinds[inExample ? own : parent]}/${inExample ? parent : own}.wasm`;
}
