import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { watch } from "chokidar";
import type { Logger } from "pino";
import { Builder } from "./build.js";

/** A source that is followed. */
export interface FollowedSource {
  close(): Promise<void>;
}

/**
 * Builds a module from its source (`asconfig.json`, `assembly/index.ts`), and again at each change; what the compiler has
 * against a change goes to the log, and the module stays as it was.
 * @param module the file to write
 * @throws with what the compiler has against the source as it is now
 */
export async function followSource(folder: string, module: string, logger: Logger): Promise<FollowedSource> {
  const builder = new Builder(folder, module);
  const problem = await builder.build();
  if (problem !== undefined) {
    await builder.close();
    throw new Error(problem);
  }
  let building = Promise.resolve();
  let waiting = false;
  const build = async () => {
    waiting = false;
    const start = performance.now();
    const problem = await builder.build();
    const fields = { ms: Math.round(performance.now() - start) };
    if (problem === undefined) logger.info(fields, "built");
    else logger.error({ ...fields, reason: problem }, "not built; what runs goes on");
  };
  // Files that are saved while a build runs are of the next one, together.
  const soon = () => {
    if (waiting) return;
    waiting = true;
    building = building.then(build);
  };
  const watcher = watch(join(folder, "assembly"), { ignoreInitial: true });
  watcher.on("add", soon).on("change", soon).on("unlink", soon);
  watcher.on("error", (error) => logger.error({ reason: String(error) }, "the source is not watched any more"));
  return {
    async close() {
      await watcher.close();
      await builder.close();
    },
  };
}

/** The file of a codec below a folder of modules: named as the package.json of its source is, without the scope. */
export async function codecFile(source: string, modules: string): Promise<string> {
  const file = join(source, "package.json");
  let name: unknown;
  try {
    name = JSON.parse(await readFile(file, "utf8")).name;
  } catch (error) {
    throw new Error(`${file} names the codec: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof name !== "string" || name === "") throw new Error(`${file}: name: expected the codec's, found ${name}`);
  return join(modules, "codecs", `${basename(name)}.wasm`);
}
