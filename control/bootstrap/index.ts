export { type BootstrapOptions, bootstrap, CONTROL_CLUSTER, RUNTIME_LAYER } from "./bootstrap.js";
