export { compile, type Expression } from "./expression.js";
