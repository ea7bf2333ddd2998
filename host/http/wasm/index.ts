export { wasmFilter } from "./wasm-filter.js";
