import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Modules, readModules } from "./source/index.js";

/** The modules that come with Meltemi, whether this runs from its sources, from build/js or as an installed package. */
export function ownModules(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "build", "wasm");
}

/** Modules, and beside them those that come with Meltemi, but for such as have the same name. */
export async function besideOwn(modules: Modules): Promise<Modules> {
  const own = await readModules(ownModules());
  return {
    codecs: new Map([...own.codecs, ...modules.codecs]),
    http: new Map([...own.http, ...modules.http]),
  };
}
