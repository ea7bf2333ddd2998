import { BufferType, MapType, type Status } from "../abi.js";
import { Context, type PluginIdentity, type ReadableBuffer, type ReadableMap, type RootCalls } from "../context.js";
import type { PropertyValue } from "../property-value.js";
import type { GrpcCall, HttpCall } from "../services.js";
import type { PropertySource } from "../types.js";
import type { Vm } from "../vm.js";
import { CallStatus } from "./call-status.js";
import { DnsCalls } from "./dns-calls.js";
import { GrpcCalls } from "./grpc-calls.js";
import { HttpCalls } from "./http-calls.js";
import { pluginProperty, xdsNamespace } from "./plugin-properties.js";
import { RootEnd } from "./root-end.js";
import { Ticker } from "./ticker.js";

const NONE = new Uint8Array(0);

/** A plugin's root: one for each configuration of it. */
export class RootContext extends Context implements RootCalls {
  /** Where `xds` is looked up after the stream. */
  readonly sources: readonly (PropertySource | undefined)[];
  readonly #status = new CallStatus();
  readonly #http: HttpCalls;
  readonly #grpc: GrpcCalls;
  readonly #dns: DnsCalls;
  readonly #ticker: Ticker;
  readonly #end: RootEnd;
  #readingConfiguration = false;

  constructor(
    private readonly vm: Vm,
    plugin: PluginIdentity,
    private readonly ownConfiguration: Uint8Array,
    properties: PropertySource | undefined,
  ) {
    super(vm.allocateId(), plugin);
    this.sources = [properties, vm.services.properties];
    this.#http = new HttpCalls(vm, this, this.#status);
    this.#grpc = new GrpcCalls(vm, this, this.#status);
    this.#dns = new DnsCalls(vm, this);
    this.#ticker = new Ticker(vm, this);
    this.#end = new RootEnd(vm, this, () => this.release());
    vm.contexts.set(this.id, this);
  }

  /** on_context_create, on_vm_start, on_configure; the reason where the module says no or traps. */
  start(): string | undefined {
    this.vm.lastError = undefined;
    const { callbacks, options } = this.vm;
    this.#readingConfiguration = true;
    this.vm.callback(this, callbacks.contextCreate, 0, this.id, 0);
    this.#readingConfiguration = false;
    const started = this.vm.callback(this, callbacks.vmStart, 1, this.id, options.configuration?.length ?? 0);
    if (this.vm.failure !== undefined) return this.vm.failure;
    if (started === 0) return this.#refused("the module refused to start (proxy_on_vm_start returned false)");
    this.#readingConfiguration = true;
    const configured = this.vm.callback(this, callbacks.configure, 1, this.id, this.ownConfiguration.length);
    this.#readingConfiguration = false;
    if (this.vm.failure !== undefined) return this.vm.failure;
    if (configured !== 0) return undefined;
    return this.#refused("the module refused its configuration (proxy_on_configure returned false)");
  }

  #refused(what: string): string {
    const { lastError } = this.vm;
    return lastError === undefined ? what : `${what}: ${lastError}`;
  }

  /** on_done, then on_delete, at once or when the module calls done. */
  shutdown(): void {
    this.#end.begin();
  }

  override get root(): RootContext {
    return this;
  }

  override get status() {
    return this.#status;
  }

  override get configuration(): Uint8Array {
    return this.#readingConfiguration ? this.ownConfiguration : (this.vm.options.configuration ?? NONE);
  }

  override property(name: string): PropertyValue | undefined {
    return name === "xds" ? xdsNamespace(this.sources) : pluginProperty(this.plugin, name);
  }

  override readableMap(type: MapType): ReadableMap | undefined {
    if (type === MapType.HttpCallResponseHeaders) return this.#http.response?.headers;
    if (type === MapType.HttpCallResponseTrailers) return this.#http.response?.trailers;
    if (type === MapType.GrpcReceiveInitialMetadata) return this.#grpc.initialMetadata;
    if (type === MapType.GrpcReceiveTrailingMetadata) return this.#grpc.trailingMetadata;
    return undefined;
  }

  override buffer(type: BufferType): ReadableBuffer | undefined {
    if (type === BufferType.HttpCallResponseBody) return this.#http.response?.body;
    if (type === BufferType.GrpcReceiveBuffer) return this.#grpc.message ?? "empty";
    if (type === BufferType.CallData) return this.#dns.answer ?? "empty";
    if (type === BufferType.VmConfiguration) return this.vm.options.configuration ?? NONE;
    if (type === BufferType.PluginConfiguration) return this.#readingConfiguration ? this.ownConfiguration : undefined;
    return "empty";
  }

  setTickPeriod(milliseconds: number): void {
    this.#ticker.set(milliseconds);
  }

  queueReady(token: number): void {
    if (this.vm.contexts.get(this.id) === this) this.vm.callback(this, this.vm.callbacks.queueReady, 0, this.id, token);
  }

  httpCall(call: HttpCall) {
    return this.#http.send(call);
  }

  resolveDns(token: number, name: string): Status {
    return this.#dns.resolve(token, name);
  }

  grpcOpen(call: GrpcCall, unary: Uint8Array | undefined) {
    return this.#grpc.open(call, unary);
  }

  grpcSend(token: number, message: Uint8Array, endOfStream: boolean): Status {
    return this.#grpc.send(token, message, endOfStream);
  }

  grpcClose(token: number): Status {
    return this.#grpc.close(token);
  }

  grpcCancel(token: number): Status {
    return this.#grpc.cancel(token);
  }

  done(): Status {
    return this.#end.done();
  }

  override release(): void {
    this.#ticker.stop();
    this.#http.cancelAll();
    this.#grpc.cancelAll();
    this.#dns.cancelAll();
  }
}
