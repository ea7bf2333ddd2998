export { Call, words } from "./call";
export { Access, ACCESS_NAMES, Command, Is, Split } from "./command";
export { commandOf } from "./list";
