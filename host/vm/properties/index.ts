export { findProperty } from "./find.js";
export { ofJson } from "./json.js";
export { ofMessage } from "./message.js";
export { serialise } from "./serialise.js";
export { utf8 } from "./text.js";
