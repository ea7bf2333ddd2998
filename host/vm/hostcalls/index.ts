export { importsOf } from "./imports.js";
