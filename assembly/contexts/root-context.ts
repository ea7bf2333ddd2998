import { BufferType } from "../abi";
import { Slice } from "../bytes";
import { getBuffer } from "../hostcalls";
import { Context } from "./context";
import { HttpContext } from "./http-context";
import { NetworkContext } from "./network-context";

/**
 * A plugin: one configuration of a module in one VM. It makes the contexts of connections and streams. An update of the
 * configuration makes a new root context in the same VM.
 */
export abstract class RootContext extends Context {
  /** The VM starts. False: the module does not load. */
  onStart(vmConfigurationSize: i32): bool {
    return true;
  }

  /** The plugin's configuration is there to read. False: it is refused; log why. Runs in several VMs: count nothing. */
  onConfigure(configurationSize: i32): bool {
    return true;
  }

  /** The time set with `setTickPeriod` has passed, again and again. */
  onTick(): void {}

  /** Something was put into a queue that this VM registered. */
  onQueueReady(queue: u32): void {}

  /** A foreign function has something to say, in `BufferType.CallData`, `size` bytes. */
  onForeignFunction(id: u32, size: i32): void {}

  /** A connection's context, for a module that is a network filter; null where it is none. */
  createNetworkContext(id: i32): NetworkContext | null {
    return null;
  }

  /** A request's context, for a module that is an HTTP filter; null where it is none. */
  createHttpContext(id: i32): HttpContext | null {
    return null;
  }

  /** The plugin's configuration, in `onConfigure`. */
  protected configuration(size: i32): Slice {
    return getBuffer(BufferType.PluginConfiguration, 0, size);
  }

  protected vmConfiguration(size: i32): Slice {
    return getBuffer(BufferType.VmConfiguration, 0, size);
  }
}
