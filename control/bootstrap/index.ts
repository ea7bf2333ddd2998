export { type BootstrapOptions, bootstrap, CONTROL_CLUSTER } from "./bootstrap.js";
