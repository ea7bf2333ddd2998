import type { LogLevel, Status } from "./abi.js";
import type { Header } from "./data.js";
import type { PropertyValue } from "./property-value.js";
import type { TraceEvent } from "./trace/index.js";
import type { PropertySource, VmLogLine } from "./types.js";

/** What all VMs use of the process around them. */
export interface VmServices {
  log(line: VmLogLine): void;
  /** The level below which proxy_log lines are not wanted; what proxy_get_log_level answers. Default Info. */
  readonly logLevel?: LogLevel;
  /** Default: the system's clocks. */
  readonly clock?: VmClock;
  /** Default: numbers kept in the registry only. */
  readonly metrics?: MetricSink;
  /** `xds.node` and what else is the same for every stream. */
  readonly properties?: PropertySource;
  /** Without one, http_call answers BadArgument as for an unknown cluster. */
  readonly httpCall?: HttpCaller;
  /** Without one, gRPC calls answer Unimplemented. */
  readonly grpc?: GrpcCaller;
  /** Addresses of a name, for envoy_resolve_dns; none where there is no such name. What is known at once comes at once. Without it, that answers Unimplemented. */
  readonly resolve?: (name: string) => readonly ResolvedAddress[] | Promise<readonly ResolvedAddress[]>;
  /** Functions beside the built-in ones, by name; a built-in one of the same name is replaced. */
  readonly foreignFunctions?: ReadonlyMap<string, ForeignFunction>;
  /** What the memory of each VM may grow to; rounded down to pages of 64 KiB. Default: the 4 GiB of 32 bits. */
  readonly maxMemoryBytes?: number;
  /** Asked once for each VM, by its id; told then when calls into it begin and end: what a watchdog wants to know. */
  readonly watch?: (vmId: string) => (inside: boolean) => void;
  /** Told of every call between host and modules; costs much, for people who look for a mistake. */
  readonly trace?: (event: TraceEvent) => void;
}

/** What a name resolves to. */
export interface ResolvedAddress {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly ttlSeconds: number;
}

/** Time, so that tests can turn it. */
export interface VmClock {
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** Nanoseconds from some fixed point. */
  monotonic(): bigint;
  /** Calls once, later; the result cancels. */
  after(milliseconds: number, call: () => void): () => void;
}

/** Where metrics live; the same name gives the same metric. Names are as the module gave them: prefix them `wasmcustom.`. */
export interface MetricSink {
  counter(name: string): { add(by: bigint): void; value(): bigint };
  gauge(name: string): { add(by: bigint): void; set(to: bigint): void; value(): bigint };
  histogram(name: string): { record(value: bigint): void };
}

/** An HTTP request that a module makes. */
export interface HttpCall {
  readonly cluster: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  readonly trailers: readonly Header[];
  /** Undefined: no deadline. */
  readonly timeoutMs: number | undefined;
}

/** The answer to an HttpCall. */
export interface HttpCallResponse {
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  readonly trailers?: readonly Header[] | undefined;
}

export interface HttpCaller {
  /** Is the cluster known? Asked before anything is sent. */
  hasCluster(name: string): boolean;
  /**
   * Sends; `done` comes later, never from within: with the response, which Envoy's own 503 or 504 is too, or with
   * undefined where the call was reset. Returns how to cancel, after which `done` must not come; or undefined where the
   * call failed at once, for want of an endpoint: then `done` never comes.
   */
  send(call: HttpCall, done: (response: HttpCallResponse | undefined) => void): (() => void) | undefined;
}

/** A gRPC call or stream that a module makes. */
export interface GrpcCall {
  /** A serialised envoy.config.core.v3.GrpcService, or a cluster's name. */
  readonly target: Uint8Array;
  readonly service: string;
  readonly method: string;
  readonly initialMetadata: readonly Header[];
  /** Undefined: no deadline. */
  readonly timeoutMs: number | undefined;
}

/** What comes back, never from within the call that starts it. */
export interface GrpcEvents {
  onInitialMetadata(metadata: readonly Header[]): void;
  onMessage(message: Uint8Array): void;
  onTrailingMetadata(metadata: readonly Header[]): void;
  onClose(status: number, message: string): void;
}

/** An open gRPC stream. */
export interface GrpcChannel {
  send(message: Uint8Array, endOfStream: boolean): void;
  /** Half-close: no more messages from here. */
  close(): void;
  /** Reset: no events come afterwards. */
  cancel(): void;
}

export interface GrpcCaller {
  /**
   * A unary call has its one message in `unary`; a Status where it cannot even start (ParseFailure, BadArgument). A call that
   * fails at once, for want of an endpoint, tells all of its end from within and returns InternalFailure.
   */
  open(call: GrpcCall, unary: Uint8Array | undefined, events: GrpcEvents): GrpcChannel | Status;
}

/** A function that modules call by name: bytes in; bytes out, or a status: Ok without any, or why not. */
export type ForeignFunction = (argument: Uint8Array, context: ForeignContext) => Uint8Array | Status;

/** What a foreign function can reach. */
export interface ForeignContext {
  /** The plugin, one for each configuration of it: what a function keeps from call to call, it keeps by this. */
  readonly plugin: object;
  /** A property's first path segment, as get_property finds it now. */
  property(name: string): PropertyValue | undefined;
  clearRouteCache(): void;
  setFilterState(key: string, value: Uint8Array, span: number): Status;
  declareProperty(path: string, declaration: { readonly readOnly: boolean; readonly span: number }): Status;
}
