export { Call } from "./call";
export { Calls } from "./calls";
export { CallStatus, callStatusBy, callStatusOf } from "./status";
