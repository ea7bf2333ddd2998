export { setFilterState } from "./set-filter-state.js";
export { tcpProxy } from "./tcp-proxy.js";
export { networkWasm } from "./wasm.js";
