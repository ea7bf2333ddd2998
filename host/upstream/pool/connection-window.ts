import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { MemoryDuplex } from "../../bytes/index.js";

/** In memory there is no delay that a larger window would bridge. */
const ENOUGH_IN_MEMORY = 4 * 1024 * 1024;

/** How often unread bytes are counted while some streams are not read: node does not tell what comes on a socket. */
const LOOK_MS = 10;

/** A peer that has less than all but this part of the window is given the rest as soon as there is room. */
const REPAY = 4;

/** nghttp2 adds up in 31 bits what `repay` gave. */
const MOST_REPAID = 2 ** 30;

/** Announcing every small change would cost a WINDOW_UPDATE each: only changes of at least this part of the window. */
const STEP = 16;

/**
 * A session's connection window with what nobody has read counted against it. node takes DATA of paused streams off the
 * connection window at once (only their own windows hold back), so that many slow readers together could make it keep a
 * stream window each. Shrinking the session's window by what lies unread gives Envoy's meaning back to
 * `initial_connection_window_size`: the most that one connection may bring that was not passed on.
 */
export class ConnectionWindow {
  private readonly paused = new Set<ClientHttp2Stream>();
  private granted: number;
  private readonly size: number;
  /** Whether we hear of bytes that come. */
  private readonly told: boolean;
  private timer: NodeJS.Timeout | undefined;
  private scheduled = false;
  private repaid = 0;

  constructor(
    private readonly session: ClientHttp2Session,
    transport: Duplex,
    size: number,
    /** The session should be replaced by another. */
    private readonly onWorn: () => void,
  ) {
    this.told = transport instanceof MemoryDuplex;
    this.size = this.told ? Math.min(size, ENOUGH_IN_MEMORY) : size;
    this.granted = this.size;
    session.setLocalWindowSize(this.size);
    if (this.told) transport.on("data", () => this.look());
  }

  /** The stream is not read for now. */
  hold(stream: ClientHttp2Stream): void {
    this.paused.add(stream);
    this.look();
    if (!this.told) this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** It is read again, or gone. */
  release(stream: ClientHttp2Stream): void {
    if (!this.paused.delete(stream)) return;
    this.look();
    if (this.paused.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    if (this.scheduled || (this.paused.size === 0 && this.granted === this.size)) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.adjust();
    });
  }

  private adjust(): void {
    if (this.session.destroyed) return;
    let unread = 0;
    for (const stream of this.paused) unread += stream.readableLength;
    const target = Math.max(this.size - unread, 0);
    const restored = target === this.size && this.granted !== target;
    if (!restored && Math.abs(target - this.granted) < this.size / STEP) return;
    const more = target > this.granted;
    this.granted = target;
    this.session.setLocalWindowSize(target);
    if (more) this.repay(target);
  }

  /**
   * nghttp2 looks at what it owes only when DATA comes, and a peer that is out of window sends none. A window that grows
   * beyond all that it was made smaller by is announced at once; making it smaller again takes nothing back.
   */
  private repay(target: number): void {
    const { effectiveRecvDataLength: owed = 0 } = this.session.state;
    if (owed >= this.size / REPAY) {
      this.session.setLocalWindowSize(target + this.forgone() + owed);
      this.session.setLocalWindowSize(target);
      this.repaid += owed;
      if (this.repaid > MOST_REPAID) this.onWorn();
    }
    this.flush();
  }

  /** What node announces so is queued, and goes out only with something else. Once GOAWAY came node sends no PING. */
  private flush(): void {
    if (this.session.closed) this.session.settings({});
    else this.session.ping(() => undefined);
  }

  /** By how much nghttp2 thinks that the window has been made smaller. */
  private forgone(): number {
    return this.size - this.granted + this.repaid;
  }
}
