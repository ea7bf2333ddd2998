import { readFile } from "node:fs/promises";

/** A module's bytes. */
export async function readModule(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(`cannot read the module: ${error instanceof Error ? error.message : String(error)}`);
  }
}
