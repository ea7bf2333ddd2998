export { attributeHeader } from "./attribute-header.js";
export type { Resources } from "./resources.js";
export { translate } from "./translate.js";
