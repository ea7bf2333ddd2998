import { type BufferType, type MapType, Status, type StreamType } from "./abi.js";
import type { ByteBuffer, ByteString, Header, HeaderMap } from "./data.js";
import type { PropertyValue } from "./property-value.js";
import type { GrpcCall, HttpCall } from "./services.js";
import type { FilterState, LocalResponse } from "./types.js";

const NONE = new Uint8Array(0);

/** Who a context belongs to. */
export interface PluginIdentity {
  readonly name: string;
  readonly rootId: string;
  readonly vmId: string;
}

/** A header map as a module sees it at the moment: read-only ones are plain lists. */
export type ReadableMap = HeaderMap | readonly Header[];

/** A buffer as a module sees it: bytes can only be read; undefined in `bytes` is an empty buffer that cannot be written. */
export type ReadableBuffer = ByteBuffer | Uint8Array | "empty";

/** What declare_property said about a path. */
export interface PropertyDeclaration {
  readonly readOnly: boolean;
  readonly span: number;
}

/** What host calls do on the root, whoever calls. */
export interface RootCalls {
  readonly id: number;
  readonly declarations: ReadonlyMap<ByteString, PropertyDeclaration>;
  setTickPeriod(milliseconds: number): void;
  httpCall(call: HttpCall): { readonly status: Status; readonly token: number };
  grpcOpen(call: GrpcCall, unary: Uint8Array | undefined): { readonly status: Status; readonly token: number };
  grpcSend(token: number, message: Uint8Array, endOfStream: boolean): Status;
  grpcClose(token: number): Status;
  grpcCancel(token: number): Status;
  resolveDns(token: number, name: string): Status;
  queueReady(token: number): void;
  /** proxy_done: the root that said "not yet" in on_done may go. */
  done(): Status;
}

/**
 * What host calls find behind a context id. This one, by itself, has nothing: the VM's own context, in which the module
 * is initialised and allocates.
 */
export class Context {
  /** What declare_property said, in this context. */
  readonly declarations = new Map<ByteString, PropertyDeclaration>();

  constructor(
    readonly id: number,
    readonly plugin: PluginIdentity,
  ) {}

  /** The root that callouts and ticks belong to; none of the VM's own context. */
  get root(): RootCalls | undefined {
    return undefined;
  }

  /** In on_log, an absent map is NotFound, not BadArgument. */
  get logging(): boolean {
    return false;
  }

  /** What get_status answers. */
  get status(): { readonly code: number; readonly message: string } {
    return { code: 0, message: "" };
  }

  /** What ABI 0.1.0 reads as "the configuration". */
  get configuration(): Uint8Array {
    return NONE;
  }

  /** declare_property; a path once only. */
  declare(path: ByteString, declaration: PropertyDeclaration): Status {
    if (this.declarations.has(path)) return Status.BadArgument;
    this.declarations.set(path, declaration);
    return Status.Ok;
  }

  get filterState(): FilterState | undefined {
    return undefined;
  }

  /** A map to read; undefined where it is not there now. */
  readableMap(_type: MapType): ReadableMap | undefined {
    return undefined;
  }

  /** A map to change; undefined where it is not there now. Touching trailers may make them. */
  writableMap(_type: MapType): HeaderMap | undefined {
    return undefined;
  }

  buffer(_type: BufferType): ReadableBuffer | undefined {
    return undefined;
  }

  /** A property's first path segment. */
  property(_name: string): PropertyValue | undefined {
    return undefined;
  }

  continueStream(_type: StreamType): Status {
    return Status.Ok;
  }

  closeStream(_type: StreamType): Status {
    return Status.Ok;
  }

  /** The VM has ended: let go of timers and calls. */
  release(): void {}

  sendLocalResponse(_response: LocalResponse): void {}

  clearRouteCache(): void {}

  /** A header map of this context was changed. */
  headersChanged(_type: MapType): void {}
}
