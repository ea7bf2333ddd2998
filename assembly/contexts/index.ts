export { askerOf, calloutEnded } from "./callouts";
export { Context } from "./context";
export { HttpContext } from "./http-context";
export { NetworkContext } from "./network-context";
export {
  anyContext,
  anyRoot,
  createContext,
  deleteContext,
  httpContext,
  liveContexts,
  networkContext,
  registerRootContext,
  rootContext,
} from "./registry";
export { RootContext } from "./root-context";
