export { IngressConnection } from "./connection";
export { detachedEnded } from "./detached";
