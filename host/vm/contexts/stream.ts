import { BufferType, MapType } from "../abi.js";
import type { ModuleFunction } from "../callbacks.js";
import { Context, type ReadableBuffer, type ReadableMap } from "../context.js";
import type { PropertyValue } from "../property-value.js";
import type { FilterState, StreamHost } from "../types.js";
import type { Vm } from "../vm.js";
import { type MessageMaps, requestNamespace, responseNamespace } from "./message-properties.js";
import { inNamespace, pluginProperty, xdsNamespace } from "./plugin-properties.js";
import type { RootContext } from "./root.js";

/** What a callback's result may be, and what it is where the VM is dead or answers nonsense. */
export interface Outcomes {
  readonly highest: number;
  readonly stop: number;
}

/** What the plugin says about a stream's end of life. */
export interface StreamPolicy {
  /** The old `fail_open: true`: a stream that loses its VM goes on without the filter. */
  readonly failOpen: boolean;
  /** The stream needs its root no longer. */
  readonly ended: () => void;
}

/** A connection or an HTTP stream in the VM. */
export abstract class StreamContext extends Context {
  protected created = false;
  protected ended = false;
  /** The chain was told that the VM is dead. */
  protected failed = false;

  constructor(
    protected readonly vm: Vm,
    protected readonly owner: RootContext,
    protected readonly host: StreamHost,
    private readonly policy: StreamPolicy,
  ) {
    super(vm.allocateId(), owner.plugin);
    vm.contexts.set(this.id, this);
  }

  override get root(): RootContext {
    return this.owner;
  }

  override get filterState(): FilterState | undefined {
    return this.host.filterState;
  }

  override readableMap(type: MapType): ReadableMap | undefined {
    return type >= MapType.GrpcReceiveInitialMetadata ? this.owner.readableMap(type) : undefined;
  }

  override buffer(type: BufferType): ReadableBuffer | undefined {
    return type === BufferType.PluginConfiguration ? undefined : this.owner.buffer(type);
  }

  /** Maps that properties may read now. */
  protected abstract maps(): MessageMaps;

  override property(name: string): PropertyValue | undefined {
    const { host } = this;
    if (name === "request") return requestNamespace(this.maps(), host.property(name));
    if (name === "response") return responseNamespace(this.maps(), host.property(name));
    if (name === "xds") return xdsNamespace([host, ...this.owner.sources]);
    if (name === "filter_state") return { kind: "namespace", get: (key) => host.filterState?.get(key) };
    if (name === "connection_id") return inNamespace(host.property("connection"), "id");
    return host.property(name) ?? pluginProperty(this.plugin, name) ?? host.filterState?.get(`wasm.${name}`);
  }

  /** on_context_create, at the first event. */
  protected create(): void {
    if (this.created) return;
    this.created = true;
    this.vm.callback(this, this.vm.callbacks.contextCreate, 0, this.id, this.owner.id);
  }

  /** A callback that a chain waits for. 0 is always "go on". */
  protected run(call: ModuleFunction | undefined, outcomes: Outcomes, a = 0, b = 0): number {
    if (this.vm.failure !== undefined) return this.lost(outcomes);
    if (!call) return 0;
    const result = this.vm.enter(this, call, this.id, a, b);
    if (this.vm.failure !== undefined) return this.lost(outcomes);
    const { stopped } = this.vm;
    this.vm.settle();
    return stopped || result > outcomes.highest ? outcomes.stop : result;
  }

  /** on_delete, and out of the VM. */
  protected remove(): void {
    this.vm.callback(this, this.vm.callbacks.delete, 0, this.id);
    this.forget();
  }

  /** Out of the books, without a callback. */
  protected forget(): void {
    this.vm.contexts.delete(this.id);
    this.policy.ended();
  }

  private lost(outcomes: Outcomes): number {
    if (this.policy.failOpen) return 0;
    if (!this.failed) {
      this.failed = true;
      this.host.fail();
    }
    return outcomes.stop;
  }
}
