export { setFilterState } from "./set-filter-state.js";
export { tcpProxy } from "./tcp-proxy.js";
export { networkWasm, streamFilter } from "./wasm.js";
