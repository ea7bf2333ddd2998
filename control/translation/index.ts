export { attributeHeader } from "./attribute-header.js";
export type { Resources } from "./resources.js";
export { serialNumbers } from "./serials.js";
export { translate } from "./translate.js";
