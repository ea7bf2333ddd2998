import { watch } from "chokidar";
import { isRuleFile } from "./folder.js";
import { Names } from "./names.js";
import type { Loaded } from "./read.js";
import { readFolder } from "./read-folder.js";

export interface WatchOptions {
  /** How long files must be quiet before they are read, in milliseconds. */
  readonly settle?: number;
  /** How often names are looked up again, in milliseconds. */
  readonly refresh?: number;
}

export interface Watch {
  close(): Promise<void>;
}

/**
 * Follows a folder of rules: `onChange` gets what is in it now (before this returns) and after each change, all files
 * together. It is called again only when something differs, and never twice at once. A load without rules has errors:
 * what ran before goes on.
 */
export async function watchFolder(
  folder: string,
  onChange: (loaded: Loaded) => void | Promise<void>,
  { settle = 60, refresh = 10_000 }: WatchOptions = {},
): Promise<Watch> {
  const names = new Names();
  let last = "";
  let work = Promise.resolve();
  const load = async () => {
    const { loaded, content } = await readFolder(folder, names);
    const state = JSON.stringify([content, [...(loaded.rules?.addresses ?? [])], loaded.problems]);
    if (state === last) return;
    last = state;
    await onChange(loaded);
  };
  const enqueue = () => {
    work = work.then(load);
    return work;
  };

  const watcher = watch(folder, {
    ignoreInitial: true,
    atomic: true,
    // A file that is being written may read as shorter rules: it counts when it has stopped growing.
    awaitWriteFinish: { stabilityThreshold: settle, pollInterval: Math.max(10, settle / 3) },
    ignored: (path, stats) => stats?.isFile() === true && !isRuleFile(path),
  });
  await new Promise<void>((resolve, reject) => watcher.once("ready", resolve).once("error", reject));
  await enqueue();
  let quiet: NodeJS.Timeout | undefined;
  watcher.on("all", () => {
    clearTimeout(quiet);
    quiet = setTimeout(enqueue, settle);
  });
  const again = setInterval(enqueue, refresh);
  return {
    close: async () => {
      clearTimeout(quiet);
      clearInterval(again);
      await watcher.close();
      await work;
    },
  };
}
