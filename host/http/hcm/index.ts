export { httpConnectionManager } from "./factory.js";
