/** Meltemi as a library: the control plane and the host proxy, each of which an application may embed. */
export { type BootstrapOptions, bootstrap, type Control, type ControlOptions, startControl } from "./control/index.js";
export { type Host, startHost } from "./host/index.js";
