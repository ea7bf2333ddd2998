export { TunnelMetrics } from "./metrics";
export { beginConnect, writeOpening } from "./opening";
export { Verdict } from "./passage";
export { Guide, Tunnel } from "./tunnel";
