export { createVmRegistry } from "./registry.js";
