export { type Limits, ModuleError } from "./binary.js";
export { AbiVersion, type LoadedModule, ModuleCache } from "./load.js";
