export { type Kind, type ScaffoldOptions, scaffold } from "./scaffold.js";
