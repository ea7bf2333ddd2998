export { httpConnectionManager } from "./hcm/index.js";
