export type * from "./kinds/index.js";
export { type Module, type Modules, moduleOf, readModules } from "./modules.js";
export { didYouMean } from "./nearest.js";
export { fieldPath, formatProblem, type Place, type Problem } from "./problem.js";
export { type File, type Loaded, readRules } from "./read.js";
export { readFolder } from "./read-folder.js";
export type { Resource, Rules } from "./rules.js";
export type { Lane, Traits } from "./traits.js";
export { type Watch, type WatchOptions, watchFolder } from "./watch.js";
