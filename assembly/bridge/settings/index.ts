export { Mode, Role, Settings } from "./settings";
export { settingsOf } from "./registry";
