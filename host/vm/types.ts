import type {
  DataStatus,
  HeadersStatus,
  LogLevel,
  NetworkStatus,
  PeerType,
  Status,
  StreamType,
  TrailersStatus,
} from "./abi.js";
import type { ByteBuffer, ByteString, Header, HeaderMap } from "./data.js";
import type { PropertyValue } from "./property-value.js";
import type { SourceMap } from "./source/index.js";

/** When the VM of a plugin is dead: what becomes of new streams (envoy.extensions.wasm.v3.FailurePolicy). */
export type FailurePolicy = "FAIL_CLOSED" | "FAIL_OPEN" | "FAIL_RELOAD";

/** envoy.extensions.wasm.v3.VmConfig: plugins with the same id, configuration and code share one VM. */
export interface VmOptions {
  readonly vmId: string;
  /** The module's bytes. */
  readonly code: Uint8Array;
  /** The VM configuration as the module reads it. */
  readonly configuration?: Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** With it, a trap's stack names file and line of the module's source. */
  readonly sourceMap?: SourceMap | undefined;
}

/** envoy.extensions.wasm.v3.PluginConfig. */
export interface PluginOptions {
  readonly name: string;
  readonly rootId: string;
  readonly vm: VmOptions;
  /** The plugin configuration as the module reads it. */
  readonly configuration?: Uint8Array;
  /** Default FAIL_CLOSED. */
  readonly failurePolicy?: FailurePolicy;
  /** The old `fail_open: true`: the trapping stream passes too. Excludes `failurePolicy`. */
  readonly failOpen?: boolean;
  /** FAIL_RELOAD waits this long, jittered, between two reloads; default 1000. */
  readonly reloadBackoffMs?: number;
  /** Lets StopIteration of a headers callback stay as it is; otherwise it becomes StopAllIterationAndWatermark. */
  readonly allowOnHeadersStopIteration?: boolean;
  /** `xds.listener_direction` and the like for the root context; streams ask their own host. */
  readonly properties?: PropertySource;
}

/** Why a plugin could not be made: the module does not load, or it refused its configuration. Made for a NACK. */
export interface PluginFailure {
  readonly ok: false;
  readonly reason: string;
}

/** A plugin, or why not. */
export type PluginResult = { readonly ok: true; readonly plugin: Plugin } | PluginFailure;

/** All VMs of a process (Envoy: of a worker). */
export interface VmRegistry {
  /**
   * Loads the module where its VM is not there yet, and configures a root context in it. A throw-away VM tries the
   * configuration first (Envoy's canary), so that a refused one changes nothing in the live VM. An update of a plugin
   * is: make the new one, use it for new streams, close the old one.
   */
  plugin(options: PluginOptions): Promise<PluginResult>;
  /** The VMs there are, for admin pages and tests. */
  vms(): readonly VmStatus[];
  /** What VMs of an id share now, for admin pages and tests. */
  shared(vmId: string): SharedState;
  /** Ends every VM, without callbacks into them. */
  close(): void;
}

/** What VMs of one id share: values by key, and what waits in queues by name. */
export interface SharedState {
  readonly data: ReadonlyMap<ByteString, { readonly bytes: Uint8Array; readonly cas: number }>;
  readonly queues: ReadonlyMap<ByteString, readonly Uint8Array[]>;
}

/** How a VM is. */
export interface VmStatus {
  readonly vmId: string;
  /** Of the module's code, lower-case hex. */
  readonly sha256: string;
  /** Size of its linear memory. */
  readonly memoryBytes: number;
  /** Roots and streams in it. */
  readonly contexts: number;
  /** Why it is dead, until it is replaced; undefined while it lives. */
  readonly failure: string | undefined;
}

/** A configured plugin; a factory of streams. */
export interface Plugin {
  readonly name: string;
  readonly rootId: string;
  readonly vmId: string;
  /** False while its VM is dead. */
  readonly healthy: boolean;
  /**
   * A context for one TCP connection. Undefined: the VM is dead and the policy lets the connection pass without the
   * filter. Where the policy says closed, the stream's first callback calls `host.fail`.
   */
  networkStream(host: NetworkHost): NetworkStream | undefined;
  /** A context for one HTTP stream; undefined as above. */
  httpStream(host: HttpHost): HttpStream | undefined;
  /** No new streams. The root context ends (on_done, on_delete) after the last stream that uses it. */
  close(): void;
}

/** Where a path's first segment is looked up. */
export interface PropertySource {
  /**
   * For example `connection`, `source`, `xds`, `metadata`; undefined where it is not known in this phase. Of `request`
   * and `response` only what is not in the headers: `time`, `duration`, `protocol`, `code`, `flags`, `size` (the bytes
   * received or sent so far) …; paths, header maps and total sizes are found by the VM, by phase.
   */
  property(name: string): PropertyValue | undefined;
}

/** Envoy's FilterState, as far as modules can reach it. `span`: 0 filter chain, 1 downstream request, 2 connection. */
export interface FilterState {
  get(key: string): ByteString | Uint8Array | undefined;
  /** set_property, key `wasm.<path>`. Ok; BadArgument where the key holds a value that was set read-only. */
  set(key: string, value: Uint8Array, options: { readonly readOnly: boolean; readonly span: number }): Status;
  /** set_envoy_filter_state. Ok; NotFound where Envoy has no object factory of that key; BadArgument for a bad value. */
  setObject(key: string, value: Uint8Array, span: number): Status;
}

/** What a stream needs from the chain that it stands in. */
export interface StreamHost extends PropertySource {
  /** Where set_property and set_envoy_filter_state write; without one, modules get NotFound. */
  readonly filterState?: FilterState;
  /**
   * The VM died while it held this stream. HTTP: answer 503 with an empty body, details `wasm_fail_stream` (reset, where
   * the response has begun). TCP: close without flushing.
   */
  fail(): void;
}

/** A network filter chain, seen from the plugin. Called after the VM has returned, before the callback's result is. */
export interface NetworkHost extends StreamHost {
  /** Closes the connection that the chain serves, after flushing; both types mean that one, as on Envoy. */
  closeStream(type: StreamType.Downstream | StreamType.Upstream): void;
  /** Resumes reading after StopIteration: the chain calls the next filter with what is buffered. */
  continueStream(): void;
}

/** One TCP connection in a module. Buffers are the chain's, live only in the call: what the module leaves in it goes on. */
export interface NetworkStream {
  onNewConnection(): NetworkStatus;
  /** On StopIteration the chain keeps the buffer and passes it again with what came since. */
  onDownstreamData(data: ByteBuffer, endOfStream: boolean): NetworkStatus;
  onUpstreamData(data: ByteBuffer, endOfStream: boolean): NetworkStatus;
  /** The connection is gone: on_downstream_connection_close, on_done, on_log, on_delete. */
  onDownstreamClose(peer: PeerType): void;
  /** Envoy never calls it otherwise than with the end of stream of onUpstreamData, which does it here too. */
  onUpstreamClose(peer: PeerType): void;
  /** Ends it where onDownstreamClose has not: on_done, on_log, on_delete. Idempotent. */
  destroy(): void;
}

/** A local reply that a module asks for. */
export interface LocalResponse {
  readonly status: number;
  readonly details: string;
  readonly body: Uint8Array;
  readonly headers: readonly Header[];
  /** Undefined where the module gave none in 0 … 16. */
  readonly grpcStatus: number | undefined;
}

/** An HTTP filter chain, seen from the plugin. Everything that acts on the chain is called after the VM has returned. */
export interface HttpHost extends StreamHost {
  /** Answer now; the response then runs through onResponseHeaders of the same stream. */
  sendLocalResponse(response: LocalResponse): void;
  /** Resume a stopped direction. */
  continueStream(type: StreamType.HttpRequest | StreamType.HttpResponse): void;
  /** Reset the stream. */
  closeStream(type: StreamType.HttpRequest | StreamType.HttpResponse): void;
  /** Called at once, within the VM's call. */
  clearRouteCache(): void;
  /** The module changed a request header; on Envoy that clears the route cache too. Called at once. */
  requestChanged(): void;
  /** The body kept after StopIterationAndBuffer, when asked for outside a body callback. Undefined: none. */
  bufferedBody(type: StreamType.HttpRequest | StreamType.HttpResponse): ByteBuffer | undefined;
  /** Makes trailers in the last body call (end of stream) when the module touches them. */
  addTrailers(type: StreamType.HttpRequest | StreamType.HttpResponse): HeaderMap | undefined;
}

/** What is readable in onLog. */
export interface HttpLog {
  readonly requestHeaders?: HeaderMap | undefined;
  readonly responseHeaders?: HeaderMap | undefined;
  readonly responseTrailers?: HeaderMap | undefined;
}

/**
 * One HTTP stream in a module. Header maps and buffers are the chain's own and live: the module changes them in place.
 * After `StopIterationAndBuffer` the chain passes all that is kept, new data at its end, in one buffer.
 * Callbacks that the module has not exported return Continue without a call.
 */
export interface HttpStream {
  onRequestHeaders(headers: HeaderMap, endOfStream: boolean): HeadersStatus;
  onRequestBody(data: ByteBuffer, endOfStream: boolean): DataStatus;
  onRequestTrailers(trailers: HeaderMap): TrailersStatus;
  onResponseHeaders(headers: HeaderMap, endOfStream: boolean): HeadersStatus;
  onResponseBody(data: ByteBuffer, endOfStream: boolean): DataStatus;
  onResponseTrailers(trailers: HeaderMap): TrailersStatus;
  /** The stream's access log moment: on_log. */
  onLog(log: HttpLog): void;
  /** The stream is gone: on_log where it has not run, on_done, on_delete. Idempotent. */
  destroy(): void;
}

/** One line that a module, or the host about a module, has to say. */
export interface VmLogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly vmId: string;
  readonly rootId: string;
  readonly plugin: string;
}
