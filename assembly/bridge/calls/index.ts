export { Calls, CallOutcome } from "./calls";
