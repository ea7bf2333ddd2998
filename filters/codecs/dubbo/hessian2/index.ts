export { Hessian2 } from "./hessian2";
