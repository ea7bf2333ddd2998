import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";

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
  private scheduled = false;

  constructor(
    private readonly session: ClientHttp2Session,
    private readonly size: number,
  ) {
    this.granted = size;
    session.setLocalWindowSize(size);
  }

  /** The stream is not read for now. */
  hold(stream: ClientHttp2Stream): void {
    this.paused.add(stream);
    this.onData();
  }

  /** It is read again, or gone. */
  release(stream: ClientHttp2Stream): void {
    if (this.paused.delete(stream)) this.onData();
  }

  /** Something came on the connection. */
  onData(): void {
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
    this.granted = target;
    this.session.setLocalWindowSize(target);
  }
}
