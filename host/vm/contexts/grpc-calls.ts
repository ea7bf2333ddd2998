import { Status } from "../abi.js";
import type { ModuleFunction } from "../callbacks.js";
import type { Context } from "../context.js";
import type { Header } from "../data.js";
import type { GrpcCall, GrpcChannel } from "../services.js";
import { CallKind, type Vm } from "../vm.js";
import type { CallStatus } from "./call-status.js";

interface Call {
  readonly unary: boolean;
  channel: GrpcChannel | undefined;
  localClosed: boolean;
  remoteClosed: boolean;
}

/** The two lowest bits of a token. */
const KIND_BITS = 3;

/** grpc_call and grpc_stream: calls of a root. A unary call ends with its message, or with on_grpc_close where it failed. */
export class GrpcCalls {
  /** Each readable in its own callback only. */
  initialMetadata: readonly Header[] | undefined;
  trailingMetadata: readonly Header[] | undefined;
  message: Uint8Array | undefined;
  readonly #calls = new Map<number, Call>();

  constructor(
    private readonly vm: Vm,
    private readonly root: Context,
    private readonly status: CallStatus,
  ) {}

  open(target: GrpcCall, unary: Uint8Array | undefined): { status: Status; token: number } {
    const caller = this.vm.services.grpc;
    if (!caller) return { status: Status.Unimplemented, token: 0 };
    const kind = unary ? CallKind.GrpcUnary : CallKind.GrpcStream;
    const token = this.vm.tokenAfter(kind);
    const call: Call = { unary: unary !== undefined, channel: undefined, localClosed: false, remoteClosed: false };
    this.#calls.set(token, call);
    let opening = true;
    // A stream's metadata that comes from within its opening, Envoy tells at once, in the midst of the host call.
    const metadata = (event: () => void) => (opening ? event() : this.#deliver(token, event));
    const channel = caller.open(target, unary, {
      onInitialMetadata: (pairs) => metadata(() => this.#onInitialMetadata(token, call, pairs)),
      onMessage: (message) => this.#deliver(token, () => this.#onMessage(token, call, message)),
      onTrailingMetadata: (pairs) => metadata(() => this.#onTrailingMetadata(token, call, pairs)),
      onClose: (status, message) => {
        if (opening) this.vm.nextToken(kind);
        this.#deliver(token, () => this.#onClose(token, call, status, message), opening);
      },
    });
    opening = false;
    if (typeof channel === "number") {
      // Its close may be on its way all the same.
      this.#calls.delete(token);
      return { status: channel, token: 0 };
    }
    this.vm.nextToken(kind);
    call.channel = channel;
    return { status: Status.Ok, token };
  }

  send(token: number, message: Uint8Array, endOfStream: boolean): Status {
    if ((token & KIND_BITS) !== CallKind.GrpcStream) return Status.BadArgument;
    const call = this.#calls.get(token);
    if (!call) return Status.NotFound;
    if (!call.remoteClosed) call.channel?.send(message, endOfStream);
    return Status.Ok;
  }

  close(token: number): Status {
    const call = this.#find(token);
    if (typeof call === "number") return call;
    if (call.unary) return this.cancel(token);
    if (call.remoteClosed) this.#calls.delete(token);
    else call.channel?.close();
    call.localClosed = true;
    return Status.Ok;
  }

  cancel(token: number): Status {
    const call = this.#find(token);
    if (typeof call === "number") return call;
    this.#calls.delete(token);
    if (!call.remoteClosed) call.channel?.cancel();
    return Status.Ok;
  }

  cancelAll(): void {
    for (const token of [...this.#calls.keys()]) this.cancel(token);
  }

  #find(token: number): Call | Status {
    const kind = token & KIND_BITS;
    if (kind !== CallKind.GrpcUnary && kind !== CallKind.GrpcStream) return Status.BadArgument;
    return this.#calls.get(token) ?? Status.NotFound;
  }

  /** Not from within another call of the VM, and not for a call that was given up, unless it is the last of it. */
  #deliver(token: number, event: () => void, last = false): void {
    if (this.vm.busy) this.vm.afterCall(() => this.#deliver(token, event, last));
    else if ((last || this.#calls.has(token)) && this.vm.failure === undefined) event();
  }

  /** Envoy's unary calls tell of the message or the failure only. */
  #onInitialMetadata(token: number, call: Call, metadata: readonly Header[]): void {
    if (call.unary) return;
    this.initialMetadata = metadata;
    this.#tell(this.vm.callbacks.grpcInitialMetadata, token, metadata.length);
    this.initialMetadata = undefined;
  }

  #onTrailingMetadata(token: number, call: Call, metadata: readonly Header[]): void {
    if (call.unary) return;
    this.trailingMetadata = metadata;
    this.#tell(this.vm.callbacks.grpcTrailingMetadata, token, metadata.length);
    this.trailingMetadata = undefined;
  }

  /** What the module asks for waits for the outermost call's end. */
  #tell(callback: ModuleFunction | undefined, token: number, count: number): void {
    if (!callback || this.vm.failure !== undefined) return;
    const nested = this.vm.busy;
    this.vm.enter(this.root, callback, this.root.id, token, count);
    if (!nested) this.vm.settle();
  }

  #onMessage(token: number, call: Call, message: Uint8Array): void {
    if (call.unary) this.#calls.delete(token);
    this.message = message;
    this.vm.callback(this.root, this.vm.callbacks.grpcMessage, 0, this.root.id, token, message.length);
    this.message = undefined;
  }

  #onClose(token: number, call: Call, status: number, message: string): void {
    call.remoteClosed = true;
    if (call.unary || call.localClosed) this.#calls.delete(token);
    this.status.set(status, message);
    this.vm.callback(this.root, this.vm.callbacks.grpcClose, 0, this.root.id, token, status);
    this.status.forgetMessage();
  }
}
