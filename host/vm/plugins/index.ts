export { type Inspection, inspectModule } from "./inspect.js";
export { createVmRegistry } from "./registry.js";
