import { pieces } from "./pieces.js";
import { SocketLike } from "./socket-like.js";

interface Piece {
  readonly bytes: Uint8Array | null;
  readonly done: (error?: Error | null) => void;
}

/** One end of an in-memory connection; what is written here is read at the other end, a tick later. */
export class MemoryDuplex extends SocketLike {
  private peer: MemoryDuplex | undefined;
  private readonly incoming: Piece[] = [];
  private scheduled = false;
  private wanted = true;
  private peerGone = false;
  private endQueued = false;
  private bySession = false;
  /** Why the other end closed, where it said so; internal listeners tell a connect failure behind them this way. */
  closeDetails: string | undefined;

  private constructor(highWaterMark: number) {
    super({ allowHalfOpen: true, highWaterMark });
    // Like a socket whose peer is gone altogether: nothing can be written any more, so the end of reading is the end.
    this.on("end", () => {
      if (this.peerGone) this.destroy();
    });
  }

  /** Two ends of a connection. */
  static pair(highWaterMark = 65_536): [MemoryDuplex, MemoryDuplex] {
    const [one, other] = [new MemoryDuplex(highWaterMark), new MemoryDuplex(highWaterMark)];
    one.peer = other;
    other.peer = one;
    return [one, other];
  }

  /**
   * For an HTTP/2 session, whose windows bound what comes. node:http2 stops reading for as long as it writes, which on a
   * duplex is at least until the next turn of the event loop: a session that keeps writing would read almost nothing. And
   * it is given small pieces, because what one of its streams keeps unread keeps the whole piece.
   */
  readBySession(): void {
    this.bySession = true;
  }

  override pause(): this {
    return this.bySession ? this : super.pause();
  }

  override _read(): void {
    this.wanted = true;
    if (this.incoming.length > 0) this.schedule();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.send({ bytes, done });
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    const last = chunks.length - 1;
    for (const [index, { chunk }] of chunks.entries())
      this.send({ bytes: chunk, done: index === last ? done : nothing });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.send({ bytes: null, done });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { peer } = this;
    this.peer = undefined;
    if (peer !== undefined) peer.closeDetails ??= this.closeDetails;
    // As with a socket, what was on its way is lost without a word.
    for (const piece of this.incoming.splice(0)) piece.done();
    if (peer !== undefined && !peer.destroyed) {
      process.nextTick(() => peer.peerClosed(error !== null));
    }
    done(error);
  }

  private send(piece: Piece): void {
    if (this.peer === undefined || this.peer.destroyed) process.nextTick(piece.done, brokenPipe());
    else this.peer.accept(piece);
  }

  private accept(piece: Piece): void {
    if (piece.bytes === null) this.endQueued = true;
    this.incoming.push(piece);
    if (this.wanted) this.schedule();
  }

  /** Delivery is never within the writer's call: HTTP/2 sessions on both ends could not bear it. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    process.nextTick(() => {
      this.scheduled = false;
      this.deliver();
    });
  }

  private deliver(): void {
    while (this.wanted) {
      const piece = this.incoming.shift();
      if (piece === undefined) return;
      if (this.destroyed) {
        piece.done(brokenPipe());
        continue;
      }
      if (piece.bytes === null) this.push(null);
      else if (this.bySession) for (const part of pieces(piece.bytes)) this.wanted = this.push(part);
      else this.wanted = this.push(piece.bytes);
      piece.done();
    }
  }

  private peerClosed(reset: boolean): void {
    this.peer = undefined;
    this.peerGone = true;
    if (this.destroyed) return;
    if (reset) {
      this.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    } else if (this.readableEnded) {
      this.destroy();
    } else if (!this.endQueued) {
      this.accept({ bytes: null, done: nothing });
    }
  }
}

function nothing(): void {}

function brokenPipe(): Error {
  return Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
}
