export { type Export, type Import, type Interface, readInterface } from "./binary.js";
export { abiOf, checkInterface } from "./check.js";
export { type Limits, longType } from "./input.js";
export { type LoadedModule, ModuleCache } from "./load.js";
export { ModuleError } from "./module-error.js";
export { AbiVersion, callbacks, hostFunctions } from "./signatures.js";
