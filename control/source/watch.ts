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
    const { loaded, content, named } = await readFolder(folder, names);
    followFiles(named);
    const { addresses = [], pemFiles = [] } = loaded.rules ?? {};
    const state = JSON.stringify([content, [...addresses], [...pemFiles], loaded.problems]);
    if (state === last) return;
    last = state;
    await onChange(loaded);
  };
  const enqueue = () => {
    work = work.then(load);
    return work;
  };

  const how = {
    ignoreInitial: true,
    atomic: true,
    // A file that is being written may read as shorter rules: it counts when it has stopped growing.
    awaitWriteFinish: { stabilityThreshold: settle, pollInterval: Math.max(10, settle / 3) },
  };
  // Files that rules name may be anywhere. Where a link to them is turned, it is seen with the names that are looked up again.
  const files = watch([], how);
  let followed: readonly string[] = [];
  const followFiles = (named: readonly string[]) => {
    files.unwatch(followed.filter((path) => !named.includes(path)));
    files.add(named.filter((path) => !followed.includes(path)));
    followed = named;
  };
  const watcher = watch(folder, {
    ...how,
    ignored: (path, stats) => stats?.isFile() === true && !isRuleFile(path),
  });
  await new Promise<void>((resolve, reject) => watcher.once("ready", resolve).once("error", reject));
  await enqueue();
  let quiet: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(quiet);
    quiet = setTimeout(enqueue, settle);
  };
  watcher.on("all", soon);
  files.on("all", soon);
  const again = setInterval(enqueue, refresh);
  return {
    close: async () => {
      clearTimeout(quiet);
      clearInterval(again);
      await Promise.all([watcher.close(), files.close()]);
      await work;
    },
  };
}
