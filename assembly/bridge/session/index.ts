export { registerSession } from "./root";
