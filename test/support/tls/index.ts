export { Authority, type Owner, type Pair } from "./certificates.js";
export { TlsFront, type Visitor } from "./front.js";
export { TlsTunnel } from "./tunnel.js";
