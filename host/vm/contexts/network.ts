import { BufferType, NetworkStatus, PeerType, Status, StreamType } from "../abi.js";
import type { ReadableBuffer } from "../context.js";
import type { ByteBuffer } from "../data.js";
import type { NetworkHost, NetworkStream } from "../types.js";
import type { Vm } from "../vm.js";
import type { MessageMaps } from "./message-properties.js";
import type { RootContext } from "./root.js";
import { StreamContext, type StreamPolicy } from "./stream.js";

const OUTCOMES = { highest: NetworkStatus.StopIteration, stop: NetworkStatus.StopIteration };
const NO_MAPS: MessageMaps = {};

/** A TCP connection in the VM. */
export class NetworkContext extends StreamContext implements NetworkStream {
  #downstream: ByteBuffer | undefined;
  #upstream: ByteBuffer | undefined;
  #downstreamClosed = false;
  #upstreamClosed = false;

  constructor(
    vm: Vm,
    root: RootContext,
    private readonly chain: NetworkHost,
    policy: StreamPolicy,
  ) {
    super(vm, root, chain, policy);
  }

  onNewConnection(): NetworkStatus {
    this.create();
    return this.run(this.vm.callbacks.newConnection, OUTCOMES);
  }

  onDownstreamData(data: ByteBuffer, endOfStream: boolean): NetworkStatus {
    if (!this.created || this.ended) return NetworkStatus.Continue;
    this.#downstream = data;
    const status = this.run(this.vm.callbacks.downstreamData, OUTCOMES, data.length, Number(endOfStream));
    // After StopIteration it stays readable: a tick may look at what waits.
    if (status === NetworkStatus.Continue) this.#downstream = undefined;
    return status;
  }

  onUpstreamData(data: ByteBuffer, endOfStream: boolean): NetworkStatus {
    if (!this.created || this.ended) return NetworkStatus.Continue;
    this.#upstream = data;
    const status = this.run(this.vm.callbacks.upstreamData, OUTCOMES, data.length, Number(endOfStream));
    if (status === NetworkStatus.Continue) this.#upstream = undefined;
    if (endOfStream) this.onUpstreamClose(PeerType.Unknown);
    return status;
  }

  onDownstreamClose(peer: PeerType): void {
    if (!this.created || this.ended || this.#downstreamClosed) return;
    this.#downstreamClosed = true;
    this.vm.callback(this, this.vm.callbacks.downstreamClose, 0, this.id, peer);
    this.destroy();
  }

  onUpstreamClose(peer: PeerType): void {
    if (!this.created || this.ended || this.#upstreamClosed) return;
    this.#upstreamClosed = true;
    this.vm.callback(this, this.vm.callbacks.upstreamClose, 0, this.id, peer);
    if (this.#downstreamClosed) this.destroy();
  }

  destroy(): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.created) {
      this.forget();
      return;
    }
    const { vm } = this;
    vm.callback(this, vm.callbacks.done, 1, this.id);
    vm.callback(this, vm.callbacks.log, 0, this.id);
    this.remove();
    this.#downstream = undefined;
    this.#upstream = undefined;
  }

  override buffer(type: BufferType): ReadableBuffer | undefined {
    if (type === BufferType.DownstreamData) return this.#downstream ?? "empty";
    if (type === BufferType.UpstreamData) return this.#upstream ?? "empty";
    return super.buffer(type);
  }

  override continueStream(type: StreamType): Status {
    if (type === StreamType.Upstream) return Status.Unimplemented;
    if (type === StreamType.Downstream) this.#later(() => this.chain.continueStream());
    return Status.Ok;
  }

  override closeStream(type: StreamType): Status {
    if (type === StreamType.Downstream || type === StreamType.Upstream) this.#later(() => this.chain.closeStream(type));
    return Status.Ok;
  }

  protected override maps(): MessageMaps {
    return NO_MAPS;
  }

  #later(action: () => void): void {
    this.vm.afterCall(() => {
      if (!this.ended) action();
    });
  }
}
