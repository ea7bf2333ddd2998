import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { File } from "./read.js";

const EXTENSIONS = new Set([".yaml", ".yml", ".json"]);

/** Whether a path below the rules' folder is one to look at; hidden files are editors' business. */
export function isRuleFile(path: string): boolean {
  return EXTENSIONS.has(extname(path)) && !basename(path).startsWith(".");
}

/** All rule files of a folder and the folders in it, in the order of their paths. */
export async function readFiles(folder: string): Promise<File[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && isRuleFile(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = await Promise.all(paths.map(read));
  return files.filter((file) => file !== undefined);
}

/** Nothing where the file has gone since it was listed. */
async function read(path: string): Promise<File | undefined> {
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
