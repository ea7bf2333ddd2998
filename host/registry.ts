import { httpConnectionManager } from "./http/index.js";
import { networkWasm, setFilterState, tcpProxy } from "./network/filters/index.js";
import type { NetworkFilterKind } from "./network/index.js";

/** Every network filter that the host has. A new one is one line here. */
const KINDS: readonly NetworkFilterKind[] = [networkWasm, setFilterState, tcpProxy, httpConnectionManager];

/** The same by the full name of their configuration's message. */
export const networkFilters: ReadonlyMap<string, NetworkFilterKind> = new Map(
  KINDS.map((kind) => [kind.typeName, kind]),
);
