export { Router, type RouterConfig } from "./router.js";
