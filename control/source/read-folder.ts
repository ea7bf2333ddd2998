import { readFiles } from "./folder.js";
import { Names } from "./names.js";
import { pemPaths, withPemFiles } from "./pem-files.js";
import { type Loaded, readRules } from "./read.js";

/** What a folder of rules had in it. */
export interface FolderRead {
  readonly loaded: Loaded;
  /** What was read: two reads that give the same are of the same files. */
  readonly content: unknown;
  /** The paths of other files that the rules name. */
  readonly named: readonly string[];
}

/** Reads a folder of rules once, looks up the names in them, and reads the files that they name. */
export async function readFolder(folder: string, names = new Names()): Promise<FolderRead> {
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
