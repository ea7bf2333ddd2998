export { accessName } from "./access";
export { Settings } from "./settings";
export { defaultUser } from "./users";
