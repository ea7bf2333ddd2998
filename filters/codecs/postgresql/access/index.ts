export { AccessRules } from "./rules";
