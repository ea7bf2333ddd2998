export { FlowSettings } from "./flow-settings";
export { Mode, Role, Settings } from "./settings";
export { settingsOf } from "./registry";
