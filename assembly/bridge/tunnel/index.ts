export { TunnelMetrics } from "./metrics";
export { beginConnect, writeOpening } from "./opening";
export { Passage, Side, Verdict } from "./passage";
export { Guide, Tunnel } from "./tunnel";
