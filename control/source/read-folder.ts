import { readFiles } from "./folder.js";
import { Names } from "./names.js";
import { type Loaded, readRules } from "./read.js";

/**
 * Reads a folder of rules once, and looks up the names in them. `content` is what was read: two reads that give the same are
 * of the same files.
 */
export async function readFolder(folder: string, names = new Names()): Promise<{ loaded: Loaded; content: unknown }> {
  try {
    const files = await readFiles(folder);
    const loaded = readRules(files);
    if (loaded.rules === undefined) return { loaded, content: files };
    const { rules, problems } = await names.resolve(loaded.rules);
    return { loaded: { rules, problems: [...loaded.problems, ...problems] }, content: files };
  } catch (error) {
    const place = { file: folder, line: 1, column: 1 };
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { loaded: { problems: [{ severity: "error", place, field: "", message }] }, content: undefined };
  }
}
