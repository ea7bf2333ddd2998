import { createRequire } from "node:module";

type Library = typeof import("@bufbuild/cel");

let loaded: Library | undefined;

/** The library, from the first expression on: loading it takes some 50 ms, and few processes ever need it. */
export function library(): Library {
  loaded ??= createRequire(import.meta.url)("@bufbuild/cel") as Library;
  return loaded;
}
