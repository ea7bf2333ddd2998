export { HttpContext } from "./http.js";
export { NetworkContext } from "./network.js";
export { RootContext } from "./root.js";
