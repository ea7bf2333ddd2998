import { watch } from "chokidar";
import { type Module, type Modules, readModules } from "./modules.js";

/** A folder of modules that is followed. */
export interface ModulesWatch {
  close(): Promise<void>;
}

/** Who is told of a folder's modules. */
export interface ModulesListener {
  /** They are others now. */
  readonly onChange: (modules: Modules) => void;
  /** What is there cannot be used, or is not seen any more. */
  readonly onProblem: (reason: string) => void;
}

/** A compiler writes a file in pieces: it is read when it has been still for so long. */
const STILL_MS = 50;

/**
 * Follows `codecs/*.wasm` and `http/*.wasm` below a folder. A file that is no module changes nothing: the others are not
 * told before it is one again, or gone.
 * @param current what was read of the folder before
 */
export async function watchModules(folder: string, current: Modules, listener: ModulesListener): Promise<ModulesWatch> {
  let last = digestsOf(current);
  let work: Promise<void>;
  const load = async () => {
    try {
      const modules = await readModules(folder);
      const now = digestsOf(modules);
      if (now === last) return;
      last = now;
      listener.onChange(modules);
    } catch (error) {
      listener.onProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const watcher = watch(folder, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: STILL_MS, pollInterval: STILL_MS / 5 },
    ignored: (path, stats) => stats?.isFile() === true && !path.endsWith(".wasm"),
  });
  await new Promise<void>((resolve, reject) => watcher.once("ready", resolve).once("error", reject));
  // What was compiled since `current` was read.
  work = load();
  watcher.on("all", () => {
    work = work.then(load);
  });
  watcher.on("error", (error) => listener.onProblem(String(error)));
  return {
    close: async () => {
      await watcher.close();
      await work;
    },
  };
}

function digestsOf({ codecs, http }: Modules): string {
  const of = (modules: ReadonlyMap<string, Module>) => [...modules.values()].map(({ name, sha256 }) => [name, sha256]);
  return JSON.stringify([of(codecs), of(http)]);
}
