import type { Duplex } from "node:stream";
import type { Listener as ListenerProto } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import type { Gauge } from "../stats/index.js";
import type { PassthroughState } from "../upstream/index.js";
import { Listener } from "./listener.js";
import type { ListenerServices } from "./listener-scope.js";

/** Envoy's --drain-time-s: how long connections of a replaced or removed listener may live on. */
const DRAIN_MS = 600_000;

/** All listeners: in use, and warming to be. */
export class ListenerManager {
  private readonly active = new Map<string, Listener>();
  private readonly warming = new Map<string, Listener>();
  private readonly retired = new Set<Listener>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly gauges: Record<"active" | "warming" | "draining", Gauge>;

  constructor(private readonly services: ListenerServices) {
    const scope = services.stats.scope("listener_manager");
    this.gauges = {
      active: scope.gauge("total_listeners_active"),
      warming: scope.gauge("total_listeners_warming"),
      draining: scope.gauge("total_listeners_draining"),
    };
  }

  /** Listeners that take connections. */
  get all(): readonly Listener[] {
    return [...this.active.values()];
  }

  /** Whether some listener is not ready yet. */
  get isWarming(): boolean {
    return this.warming.size > 0;
  }

  /**
   * Builds a listener and binds its port; it takes connections, in place of one of that name, when its routes and
   * extensions are there, and `after` is done (the promise in the result). @throws ConfigError, and then nothing has changed
   */
  async put(config: ListenerProto, after: readonly Promise<void>[] = []): Promise<{ readonly ready: Promise<void> }> {
    const listener = await Listener.build(config, this.services);
    const { name } = listener.settings;
    const replaced = this.warming.get(name);
    const before = this.active.get(name);
    try {
      await listener.bind(replaced ?? before);
    } catch (error) {
      listener.retire(true);
      throw error;
    }
    replaced?.retire(replaced.port === listener.port);
    this.warming.set(name, listener);
    this.count(before === undefined ? "listener_added" : "listener_modified");
    const ready = Promise.all([listener.warmed(), ...after]).then(() => this.activate(listener));
    return { ready };
  }

  /** Takes a listener away; what is connected may finish. */
  remove(name: string): void {
    for (const listeners of [this.active, this.warming]) {
      const listener = listeners.get(name);
      listeners.delete(name);
      if (listener !== undefined) this.drain(listener, false);
    }
    this.count("listener_removed");
  }

  /** In-memory connections, for clusters. */
  connect(name: string, endpointId: string, state: PassthroughState): Duplex | undefined {
    const listener = this.active.get(name);
    if (listener === undefined || listener.settings.address !== undefined) return undefined;
    return listener.connect(endpointId, state);
  }

  /** Stops listening and closes every connection, flushing what was written. */
  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    const everything = [...this.active.values(), ...this.warming.values()];
    for (const listener of everything) {
      listener.retire(false);
      this.retired.add(listener);
    }
    for (const listener of this.retired) listener.closeConnections();
    this.active.clear();
    this.warming.clear();
  }

  /** Connections of all listeners, the retired ones' too. */
  get openConnections(): number {
    let open = 0;
    for (const listener of this.retired) open += listener.transports.size;
    return open;
  }

  /** Ends what has not closed by itself. */
  destroyConnections(): void {
    for (const listener of this.retired) for (const transport of listener.transports) transport.destroy();
    this.retired.clear();
  }

  private activate(listener: Listener): void {
    const { name } = listener.settings;
    // Replaced or removed while it was warming.
    if (this.warming.get(name) !== listener) return;
    this.warming.delete(name);
    const before = this.active.get(name);
    this.active.set(name, listener);
    listener.activate();
    if (before !== undefined) this.drain(before, before.port === listener.port);
    this.gauge();
  }

  private drain(listener: Listener, keepPort: boolean): void {
    listener.retire(keepPort);
    this.retired.add(listener);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.retired.delete(listener);
      listener.closeConnections();
      this.gauge();
    }, DRAIN_MS);
    timer.unref();
    this.timers.add(timer);
    this.gauge();
  }

  private count(what: string): void {
    this.services.stats.counter(`listener_manager.${what}`).inc();
    this.gauge();
  }

  private gauge(): void {
    for (const listener of this.retired) if (listener.connections.size === 0) this.retired.delete(listener);
    this.gauges.active.set(this.active.size);
    this.gauges.warming.set(this.warming.size);
    this.gauges.draining.set(this.retired.size);
  }
}
