import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { MemoryDuplex } from "../bytes/index.js";
import type { TlsIdentity } from "../tls/index.js";
import { FilterChain } from "./filter-chain.js";
import type { CloseEvent, CloseType, Connection, NetworkFilterFactory, StreamInfo } from "./types.js";

/** How long a connection that closes may take to flush without getting anything out: Envoy's delayed_close_timeout. */
const FLUSH_PATIENCE_MS = 1000;

let lastId = 0;

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly transport: Duplex;
  readonly info: StreamInfo;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly originalDestination?: string | undefined;
  /** What the transport is, or stands on, where that is a real socket. */
  readonly socket?: Socket | undefined;
  readonly tls?: TlsIdentity | undefined;
  readonly bufferLimit: number;
  /** A filter threw. */
  onDefect(error: unknown): void;
  /** The connection is over. */
  onClosed(connection: ServerConnection, event: CloseEvent): void;
}

/** A downstream connection on a duplex stream. */
export class ServerConnection implements Connection {
  readonly id = ++lastId;
  readonly info: StreamInfo;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly originalDestination: string | undefined;
  readonly tls: TlsIdentity | undefined;
  readonly bufferLimit: number;
  state: Connection["state"] = "open";
  bytesReceived = 0;
  bytesSent = 0;
  private readonly transport: Duplex;
  private readonly chain: FilterChain;
  private halfClose = false;
  private disabled = 0;
  private full = false;
  private blocked = false;
  private eof = false;
  private depth = 0;
  private closing: CloseEvent | undefined;
  /** Who closed the second half, where both were closed one by one. */
  private lastHalf: CloseEvent = "remote";

  constructor(private readonly options: ConnectionOptions) {
    this.transport = options.transport;
    this.info = options.info;
    this.localAddress = options.localAddress;
    this.remoteAddress = options.remoteAddress;
    this.originalDestination = options.originalDestination;
    this.tls = options.tls;
    this.bufferLimit = options.bufferLimit;
    const self = this;
    this.chain = new FilterChain({
      get open() {
        return self.state === "open";
      },
      send: (chunks, endOfStream) => this.send(chunks, endOfStream),
    });
  }

  /** Builds the filters and begins to read. False: a filter had no configuration yet, and the connection is closed. */
  start(factories: readonly NetworkFilterFactory[]): boolean {
    this.transport.on("error", (error) => {
      this.info.terminationDetails ??= error.message;
    });
    this.transport.once("close", () => this.closed(this.lastHalf));
    for (const factory of factories) {
      if (
        this.chain.add((continueReading) =>
          factory({ connection: this, continueReading: () => this.goOn(continueReading) }),
        )
      ) {
        continue;
      }
      this.close("reset", "no filter configuration");
      return false;
    }
    this.transport.on("data", (chunk: Uint8Array) => {
      this.bytesReceived += chunk.length;
      this.chain.received.append(chunk);
      this.read(false);
    });
    this.transport.once("end", () => this.onEnd());
    this.transport.on("drain", () => this.onDrain());
    this.run(() => this.chain.start());
    this.flow();
    return true;
  }

  get writable(): boolean {
    return !this.blocked && this.chain.heldBack <= this.bufferLimit;
  }

  write(bytes: Uint8Array, endOfStream: boolean): void {
    if (this.state !== "open") return;
    this.run(() => this.chain.write(bytes, endOfStream));
  }

  readDisable(disable: boolean): void {
    this.disabled += disable ? 1 : -1;
    // Bytes that came before the stop are shown again, as Envoy does.
    if (this.disabled === 0 && !disable && (this.chain.received.length > 0 || this.eof)) {
      process.nextTick(() => {
        if (this.disabled === 0) this.read(this.eof && this.halfClose);
      });
    }
    this.flow();
  }

  enableHalfClose(): void {
    this.halfClose = true;
  }

  close(type: CloseType, details?: string): void {
    if (this.state === "closed" || (this.state === "closing" && type === "flush")) return;
    this.info.terminationDetails ??= details;
    if (this.transport instanceof MemoryDuplex) this.transport.closeDetails ??= details;
    if (type === "flush" && !this.transport.destroyed) {
      this.state = "closing";
      // What the client still sends is read and dropped; unread bytes would turn the close into a reset.
      this.transport.resume();
      this.transport.end(() => this.transport.destroy());
      this.watchFlush(this.transport.writableLength);
      this.closed("local");
      return;
    }
    this.state = "closing";
    this.closed("local");
    if (type === "reset" && this.options.socket !== undefined) this.options.socket.resetAndDestroy();
    else if (type === "reset") this.transport.destroy(new Error("reset"));
    else this.transport.destroy();
  }

  private read(endOfStream: boolean): void {
    if (this.state !== "open" || this.disabled > 0) return;
    this.run(() => this.chain.read(endOfStream));
    this.flow();
  }

  /** A filter resumes the iteration behind itself, at any time: what it kept may have stopped the socket. */
  private goOn(continueReading: () => void): void {
    this.run(continueReading);
    this.flow();
  }

  private onEnd(): void {
    if (this.state !== "open") return;
    this.eof = true;
    if (this.halfClose) {
      this.read(true);
    } else {
      this.closed("remote");
      this.transport.destroy();
    }
  }

  private onDrain(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.run(() => {
      for (const filter of this.chain.filters) filter.onWritable?.();
    });
  }

  private send(chunks: Uint8Array[], endOfStream: boolean): void {
    if (this.transport.destroyed) return;
    if (chunks.length > 1) this.transport.cork();
    for (const chunk of chunks) {
      this.bytesSent += chunk.length;
      if (!this.transport.write(chunk)) this.blocked = true;
    }
    if (chunks.length > 1) this.transport.uncork();
    if (!endOfStream) return;
    if (this.eof) this.lastHalf = "local";
    this.transport.end();
  }

  /** Pauses the socket while somebody asks for it, or while filters keep more than the limit (until half of it). */
  private flow(): void {
    const kept = this.chain.received.length;
    if (kept > this.bufferLimit) this.full = true;
    else if (kept <= this.bufferLimit / 2) this.full = false;
    if (this.state !== "open") return;
    const stop = this.disabled > 0 || this.full;
    if (stop !== this.transport.isPaused()) {
      if (stop) this.transport.pause();
      else this.transport.resume();
    }
  }

  /** Filters hear of the close only after the callback in which it happened has returned. */
  private run(callback: () => void): void {
    this.depth += 1;
    try {
      callback();
    } catch (error) {
      // A defect of a filter costs its connection, not the process.
      this.options.onDefect(error);
      this.close("reset", "filter_failure");
    }
    this.depth -= 1;
    if (this.depth === 0) this.announce();
  }

  private closed(event: CloseEvent): void {
    if (this.state === "closed") return;
    if (this.closing === undefined) this.closing = event;
    if (this.state === "open") this.state = "closing";
    if (this.depth === 0) this.announce();
  }

  private announce(): void {
    const event = this.closing;
    if (event === undefined || this.state === "closed") return;
    this.state = "closed";
    for (const filter of this.chain.filters) filter.onClose?.(event);
    this.options.onClosed(this, event);
  }

  private watchFlush(before: number): void {
    const timer = setTimeout(() => {
      const left = this.transport.writableLength;
      if (this.transport.destroyed) return;
      if (left === 0 || left >= before) this.transport.destroy();
      else this.watchFlush(left);
    }, FLUSH_PATIENCE_MS);
    this.transport.once("close", () => clearTimeout(timer));
  }
}
