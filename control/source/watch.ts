import { watch } from "chokidar";
import { isRuleFile, readFiles } from "./folder.js";
import { Names } from "./names.js";
import { pemPaths, withPemFiles } from "./pem-files.js";
import { type Loaded, readRules } from "./read.js";

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
    const { loaded, content, named } = await read(folder, names);
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

interface Read {
  readonly loaded: Loaded;
  /** As it was found, to be compared. */
  readonly content: unknown;
  /** The paths of other files that the rules name. */
  readonly named: readonly string[];
}

async function read(folder: string, names: Names): Promise<Read> {
  try {
    const files = await readFiles(folder);
    const loaded = readRules(files);
    if (loaded.rules === undefined) return { loaded, content: files, named: [] };
    const resolved = await names.resolve(loaded.rules);
    const { rules, problems } = await withPemFiles(resolved.rules);
    const all = [...loaded.problems, ...resolved.problems, ...problems];
    // A file that is missing is an error: what ran goes on.
    return {
      loaded: { ...(problems.length === 0 && { rules }), problems: all },
      content: files,
      named: pemPaths(rules),
    };
  } catch (error) {
    const place = { file: folder, line: 1, column: 1 };
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { loaded: { problems: [{ severity: "error", place, field: "", message }] }, content: undefined, named: [] };
  }
}
