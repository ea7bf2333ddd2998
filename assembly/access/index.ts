export { AccessList, AccessRule } from "./access-list";
export { AnyOf } from "./any-of";
