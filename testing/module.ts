import type { Plugin, SharedState, VmStatus } from "../host/vm/index.js";
import { type ConnectionOptions, TestConnection } from "./connection.js";
import { HttpExchange, type HttpOptions } from "./http-exchange.js";
import type { LogLine } from "./logs.js";

/** What a module needs to know of the host that it runs in. */
export interface Surroundings {
  shared(): SharedState;
  status(): VmStatus | undefined;
}

/** A module that is loaded and configured: makes requests and connections through it. */
export class TestModule {
  constructor(
    /** The host's own handle, for what this class does not have. */
    readonly plugin: Plugin,
    /** What was logged while it was loaded: twice, for a throw-away VM tries the configuration first, as on Envoy. */
    readonly loading: readonly LogLine[],
    private readonly surroundings: Surroundings,
  ) {}

  /** A new HTTP stream, with the module as the only filter. */
  http(options: HttpOptions = {}): HttpExchange {
    return new HttpExchange(this.plugin, options);
  }

  /** A new TCP connection, with the module as a network filter. */
  connection(options: ConnectionOptions = {}): TestConnection {
    return new TestConnection(this.plugin, options);
  }

  /** Why its VM is dead; undefined while it lives. */
  get failure(): string | undefined {
    return this.surroundings.status()?.failure;
  }

  /** Size of its linear memory. */
  get memoryBytes(): number {
    return this.surroundings.status()?.memoryBytes ?? 0;
  }

  /** Roots and streams that it has not let go. */
  get contexts(): number {
    return this.surroundings.status()?.contexts ?? 0;
  }

  /** The bytes of a shared value; undefined where it is not set. */
  sharedData(key: string): Buffer | undefined {
    const found = this.surroundings.shared().data.get(Buffer.from(key, "utf8").toString("latin1"));
    return found && Buffer.from(found.bytes);
  }

  /** What waits in a shared queue; undefined where no module registered it. */
  queue(name: string): readonly Buffer[] | undefined {
    const items = this.surroundings.shared().queues.get(Buffer.from(name, "utf8").toString("latin1"));
    return items?.map((item) => Buffer.from(item));
  }

  /** No new streams; the root ends (on_done, on_delete) after the last one. */
  close(): void {
    this.plugin.close();
  }
}
