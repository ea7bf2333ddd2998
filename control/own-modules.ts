import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Modules } from "./source/index.js";

/** The modules that come with Meltemi, whether this runs from its sources, from build/js or as an installed package. */
export function ownModules(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "build", "wasm");
}

/** Meltemi's own modules, but for such as have the same name as one of the others. */
export function beside(own: Modules, others: Modules): Modules {
  return {
    codecs: new Map([...own.codecs, ...others.codecs]),
    http: new Map([...own.http, ...others.http]),
  };
}
