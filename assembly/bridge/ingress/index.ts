export { IngressConnection } from "./connection";
