import { Status } from "../abi.js";
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
    const channel = caller.open(target, unary, {
      onInitialMetadata: (metadata) => this.#deliver(token, () => this.#onInitialMetadata(token, call, metadata)),
      onMessage: (message) => this.#deliver(token, () => this.#onMessage(token, call, message)),
      onTrailingMetadata: (metadata) => this.#deliver(token, () => this.#onTrailingMetadata(token, call, metadata)),
      onClose: (status, message) => this.#deliver(token, () => this.#onClose(token, call, status, message)),
    });
    if (typeof channel === "number") {
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

  /** Not from within another call of the VM, and not for a call that was given up. */
  #deliver(token: number, event: () => void): void {
    if (this.vm.busy) this.vm.afterCall(() => this.#deliver(token, event));
    else if (this.#calls.has(token) && this.vm.failure === undefined) event();
  }

  /** Envoy's unary calls tell of the message or the failure only. */
  #onInitialMetadata(token: number, call: Call, metadata: readonly Header[]): void {
    if (call.unary) return;
    this.initialMetadata = metadata;
    this.vm.callback(this.root, this.vm.callbacks.grpcInitialMetadata, 0, this.root.id, token, metadata.length);
    this.initialMetadata = undefined;
  }

  #onTrailingMetadata(token: number, call: Call, metadata: readonly Header[]): void {
    if (call.unary) return;
    this.trailingMetadata = metadata;
    this.vm.callback(this.root, this.vm.callbacks.grpcTrailingMetadata, 0, this.root.id, token, metadata.length);
    this.trailingMetadata = undefined;
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
