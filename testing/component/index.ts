export { buildComponent, type ComponentSource } from "./build.js";
export type { Compiler } from "./compiler.js";
export { decodeAll } from "./decode-all.js";
export * from "./load.js";
