export { type BootstrapOptions, type BootstrapTls, bootstrap, CONTROL_CLUSTER, RUNTIME_LAYER } from "./bootstrap.js";
