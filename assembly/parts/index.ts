export { wholeRequest } from "./whole";
