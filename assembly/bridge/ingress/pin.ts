import { LogLevel } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Codec, Frame, Metadata } from "../../codec";
import { log } from "../../hostcalls";
import { CallStatus } from "../calls";
import { BACKEND, STATUS } from "../headers";
import { HeaderList } from "../hpack";
import { writeData } from "../http2";
import { Settings } from "../settings";
import { SessionRecord, Tap } from "../tap";
import { Tunnel, TunnelMetrics, writeOpening } from "../tunnel";
import { IngressStream } from "./stream";

const request = new Frame();

/** What has become of a pin. */
export enum Pinned {
  /** A server is asked for: what the client sends meanwhile waits. */
  Opening,
  Open,
  /** Its server is not needed any more, or there was none: requests are routed each by itself again. */
  Over,
  /** Its server is gone, and what it knew of the client with it. */
  Broken,
}

/** A client's connection bound to one server: from a request of `Kind.Session` on, until the codec releases it. */
export class Pin {
  readonly tunnel: Tunnel;
  state: Pinned = Pinned.Opening;
  /** The request that brought it about, for an answer in the server's place. */
  private request: IngressStream;
  private record: SessionRecord;

  constructor(
    readonly stream: u32,
    private codec: Codec,
    private metrics: TunnelMetrics,
    frame: Frame,
    window: i32,
    tap: Tap,
  ) {
    this.request = IngressStream.take(stream, frame);
    this.record = new SessionRecord(tap);
    this.tunnel = new Tunnel(stream, codec.session(), window, metrics);
    this.tunnel.opened = true;
    this.tunnel.tap = tap;
  }

  /** Opens the stream, with the request as the first that it carries. False: the session's codec cannot read it. */
  open(meta: Metadata | null, bytes: Slice, settings: Settings, out: Writer): bool {
    this.metrics.opened.increment();
    this.record.begin(meta, Slice.empty());
    writeOpening(out, this.stream, meta, settings.headers);
    return this.tunnel.fromClient(bytes, out);
  }

  /**
   * The client's bytes: what waited before there was a server, then the connection's buffer, which begins with what HCM had
   * no window for. False: they are not this protocol.
   */
  fromClient(waited: Slice, bytes: Slice, out: Writer): bool {
    const held = min(this.tunnel.held, bytes.length);
    out.copy(bytes.ptr, held);
    const fresh = Slice.view(bytes.ptr + <usize>held, bytes.length - held);
    return this.tunnel.fromClient(waited, out) && this.tunnel.fromClient(fresh, out);
  }

  /**
   * Writes what waits to go to the client, between a server's messages; to the proxy what is due.
   * @param leaving the client is to be told to end its session
   */
  writeAnswers(leaving: bool, out: Writer, control: Writer): void {
    const tunnel = this.tunnel;
    if (tunnel.atBoundary && tunnel.answers.length > 0) {
      out.bytes(tunnel.answers.view());
      tunnel.answers.free();
    }
    if (leaving && tunnel.drain(out)) this.state = Pinned.Broken;
    tunnel.replenish(control);
  }

  onHeaders(headers: HeaderList, endStream: bool, out: Writer): void {
    const status = headers.get(STATUS);
    if (this.tunnel.status == 0 && status != null) {
      this.tunnel.status = status.decimal();
      if (this.tunnel.status == 200) {
        this.state = Pinned.Open;
        this.record.opened(CallStatus.Success, 0, headers.get(BACKEND));
      }
    }
    if (endStream) this.end(out);
  }

  /** False: the server sends what is not this protocol. */
  onData(bytes: Slice, endStream: bool, out: Writer): bool {
    if (!this.tunnel.fromServer(bytes, out)) return false;
    if (endStream) this.end(out);
    return true;
  }

  onReset(out: Writer): void {
    if (this.tunnel.status == 200) this.tunnel.break(out);
    else if (this.tunnel.status == 0) this.tunnel.status = 503;
    this.end(out);
  }

  private end(out: Writer): void {
    if (this.tunnel.status == 200) {
      log(LogLevel.Info, "the server of a session is gone, and the client's connection with it");
      this.state = Pinned.Broken;
      return;
    }
    this.record.opened(CallStatus.Proxy, this.tunnel.status, null);
    this.metrics.failed.increment();
    this.metrics.localReplies.increment();
    this.request.recall(request);
    this.codec.fail(request, this.tunnel.refusal(), out);
    this.state = Pinned.Over;
  }

  /** Lets the server go, where the codec has said so. What the client has begun to send belongs to no session then. */
  release(out: Writer): bool {
    if (this.state != Pinned.Open || !this.tunnel.released) return false;
    writeData(out, this.stream, 0, 0, true);
    this.state = Pinned.Over;
    return true;
  }

  free(): void {
    this.record.end(this.tunnel.clientBytes, this.tunnel.serverBytes);
    this.tunnel.free();
    this.request.release();
  }
}
