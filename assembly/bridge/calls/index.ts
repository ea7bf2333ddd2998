export { Call } from "./call";
export { Calls } from "./calls";
export { CountedExchanges } from "./counted-exchanges";
export { CallStatus, callStatusBy, callStatusOf } from "./status";
