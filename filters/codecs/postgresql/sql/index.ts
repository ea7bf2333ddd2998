export { Access, Statements } from "./statements";
