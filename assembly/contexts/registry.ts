import { LogLevel } from "../abi";
import { log } from "../hostcalls";
import { Context } from "./context";
import { HttpContext } from "./http-context";
import { NetworkContext } from "./network-context";
import { RootContext } from "./root-context";

type RootFactory = (id: i32) => RootContext;

let rootFactory: RootFactory | null = null;
const roots = new Map<i32, RootContext>();
const networks = new Map<i32, NetworkContext>();
const https = new Map<i32, HttpContext>();

/** Says what a plugin of this module is. Call it once, at module level. */
export function registerRootContext(factory: RootFactory): void {
  rootFactory = factory;
}

/** For the dispatcher: a context begins. `parent` is zero for a root context. */
export function createContext(id: i32, parent: i32): void {
  if (parent == 0) {
    const factory = rootFactory;
    if (factory == null) log(LogLevel.Critical, "the module registers no root context: call registerRootContext");
    else roots.set(id, factory(id));
    return;
  }
  if (!roots.has(parent)) return;
  const root = roots.get(parent);
  const network = root.createNetworkContext(id);
  if (network != null) networks.set(id, network);
  const http = root.createHttpContext(id);
  if (http != null) https.set(id, http);
}

export function rootContext(id: i32): RootContext | null {
  return roots.has(id) ? roots.get(id) : null;
}

export function networkContext(id: i32): NetworkContext | null {
  return networks.has(id) ? networks.get(id) : null;
}

export function httpContext(id: i32): HttpContext | null {
  return https.has(id) ? https.get(id) : null;
}

export function anyContext(id: i32): Context | null {
  if (networks.has(id)) return networks.get(id);
  if (https.has(id)) return https.get(id);
  return rootContext(id);
}

/** Is there any plugin in this VM? */
export function anyRoot(): bool {
  return roots.size > 0;
}

/** How many contexts there are. */
export function liveContexts(): i32 {
  return networks.size + https.size;
}

/** For the dispatcher: the context is gone, and nothing of it is kept. */
export function deleteContext(id: i32): void {
  roots.delete(id);
  networks.delete(id);
  https.delete(id);
}
