import type { ByteQueue } from "../host/bytes/index.js";
import { streamFilter } from "../host/network/filters/index.js";
import { FilterChain, FilterStatus } from "../host/network/index.js";
import { type NetworkHost, type NetworkStream, PeerType, type Plugin, type PropertyValue } from "../host/vm/index.js";
import { type BytesInit, show, toBytes } from "./bytes.js";
import { TestFilterState } from "./filter-state.js";
import { type Properties, topLevel } from "./properties.js";

/** What a connection's module can read of its surroundings. */
export interface ConnectionOptions {
  /** As `{ connection: { id: 7 }, source: { address: "10.0.0.1:4711" } }`. */
  readonly properties?: Properties;
}

/**
 * One TCP connection through a filter chain of the module and a last filter that takes what comes to it: the host's own
 * chain, which shows again what a filter has stopped, as Envoy's does.
 */
export class TestConnection {
  /** Modules see what these are at the moment. */
  readonly properties: Properties;
  readonly filterState = new TestFilterState();
  /** What the module asked of the chain, in words and in order. */
  readonly asked: string[] = [];
  readonly #chain: FilterChain;
  readonly #toUpstream: Uint8Array[] = [];
  readonly #toClient: Uint8Array[] = [];
  #upstreamEnded = false;
  #clientEnded = false;
  #closed: "flushed" | "reset" | "by the peer" | undefined;
  #continue: () => void = () => undefined;
  readonly #stream: NetworkStream | undefined;

  constructor(plugin: Plugin, options: ConnectionOptions = {}) {
    this.properties = options.properties ?? {};
    this.#chain = new FilterChain({
      open: true,
      send: (chunks, endOfStream) => {
        this.#toClient.push(...chunks);
        this.#clientEnded ||= endOfStream;
      },
    });
    const stream = plugin.networkStream(this.#host());
    this.#stream = stream;
    if (stream) {
      this.#chain.add((continueReading) => {
        this.#continue = continueReading;
        return streamFilter(stream);
      });
    }
    this.#chain.add(() => ({ onData: (buffer, endOfStream) => this.#take(buffer, endOfStream) }));
    this.#chain.start();
  }

  /** The client sends bytes; what the module stopped earlier it is shown again, in front of them. */
  fromClient(bytes: BytesInit, endOfStream = false): this {
    this.#mustBeOpen();
    this.#chain.received.append(toBytes(bytes));
    this.#chain.read(endOfStream);
    return this;
  }

  /** The upstream sends bytes. */
  fromUpstream(bytes: BytesInit, endOfStream = false): this {
    this.#mustBeOpen();
    this.#chain.write(toBytes(bytes), endOfStream);
    return this;
  }

  /** Everything that has gone to the upstream, and to the client. */
  get upstream(): Buffer {
    return Buffer.concat(this.#toUpstream);
  }

  /** All bytes that have reached the client, and were not taken. */
  get client(): Buffer {
    return Buffer.concat(this.#toClient);
  }

  /** What has gone to the upstream, and to the client, since the last time that this was asked. */
  takeUpstream(): Buffer {
    return Buffer.concat(this.#toUpstream.splice(0));
  }

  /** Takes them out, so that the next look begins here. */
  takeClient(): Buffer {
    return Buffer.concat(this.#toClient.splice(0));
  }

  /** Bytes of the client that the module has stopped. */
  get held(): number {
    return this.#chain.received.length;
  }

  /** Bytes towards the client that the module has stopped. */
  get heldBack(): number {
    return this.#chain.heldBack;
  }

  /** How it was closed; undefined while it is open. */
  get closed(): "flushed" | "reset" | "by the peer" | undefined {
    return this.#closed;
  }

  /** The connection is gone: the module's on_downstream_connection_close, on_done, on_log, on_delete. */
  end(peer: "client" | "proxy" = "client"): this {
    this.#closed ??= "by the peer";
    this.#stream?.onDownstreamClose(peer === "client" ? PeerType.Remote : PeerType.Local);
    this.#stream?.destroy();
    return this;
  }

  /** Lines to compare. */
  toString(): string {
    const lines = [
      `to the upstream: ${show(this.upstream)}${this.#upstreamEnded ? ", end of stream" : ""}`,
      `to the client: ${show(this.client)}${this.#clientEnded ? ", end of stream" : ""}`,
    ];
    if (this.held > 0) lines.push(`held: ${this.held} bytes of the client`);
    if (this.heldBack > 0) lines.push(`held: ${this.heldBack} bytes of the upstream`);
    if (this.asked.length > 0) lines.push(`asked to: ${this.asked.join("; ")}`);
    if (this.#closed) lines.push(`closed, ${this.#closed}`);
    return lines.join("\n");
  }

  #host(): NetworkHost {
    return {
      filterState: this.filterState,
      property: (name: string): PropertyValue | undefined => topLevel(this.properties, name),
      fail: () => this.#close("fail, for the VM is dead", "reset"),
      closeStream: () => this.#close("close the connection", "flushed"),
      continueStream: () => {
        this.asked.push("continue");
        this.#continue();
      },
    };
  }

  #take(buffer: ByteQueue, endOfStream: boolean): FilterStatus {
    this.#toUpstream.push(...buffer.takeChunks());
    this.#upstreamEnded ||= endOfStream;
    return FilterStatus.Continue;
  }

  #close(asked: string, how: "flushed" | "reset"): void {
    this.asked.push(asked);
    this.#closed ??= how;
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Error(`the connection is closed, ${this.#closed}`);
  }
}
