import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Bytes, Slice, Writer } from "../../bytes";
import { Metadata, SessionCodec, Step } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, continueStream, getBuffer, log, setBuffer } from "../../hostcalls";
import { CallStatus, CountedExchanges } from "../calls";
import { newMoment } from "../clock";
import { BACKEND, CLUSTER, STATUS, VERSION } from "../headers";
import { HeaderList } from "../hpack";
import {
  FIRST_WINDOW,
  Http2Events,
  Http2Receiver,
  MAX_WINDOW,
  PREFACE,
  Setting,
  writePing,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "../http2";
import { callLater, closeLater, forgetLater, Turn } from "../later";
import { SessionRecord } from "../tap";
import { Guide, Tunnel, Verdict, writeOpening } from "../tunnel";
import { writeFollowing } from "./following";
import { SessionMetrics } from "./metrics";
import { forget, remember, Whereabouts, whereabouts } from "./names";
import { SessionSettings } from "./settings";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();

const STREAM: u32 = 1;
// As a request has it whose backend went away.
const GONE: i32 = 503;
const MAX_HEADER_BLOCK: i32 = 1048576;
// Little is left of the window towards us, and the client may never say another word.
const WINDOW_ENDS: i32 = MAX_WINDOW - (1 << 20);

/**
 * A client's connection on the session lane: a network filter in front of the HTTP connection manager. Downstream it
 * speaks the protocol, upstream it is an HTTP/2 client with one CONNECT stream.
 */
export class SessionConnection extends NetworkContext implements Http2Events, Guide, Turn {
  private tunnel: Tunnel;
  private http2: Http2Receiver;
  private control: Writer = new Writer();
  private greeted: bool = false;
  private pinged: bool = false;
  private ended: bool = false;
  private closing: bool = false;
  private draining: bool = false;
  /** What was held may go on. */
  private resume: bool = false;
  private place: Bytes | null = null;
  private cluster: Bytes | null = null;
  private known: Bytes | null = null;
  private record: SessionRecord;
  private exchanges: CountedExchanges;

  constructor(
    id: i32,
    private codec: SessionCodec,
    private settings: SessionSettings,
    private metrics: SessionMetrics,
  ) {
    super(id);
    this.record = new SessionRecord(settings.tap);
    this.exchanges = new CountedExchanges(metrics.calls);
    this.http2 = new Http2Receiver(0, MAX_HEADER_BLOCK);
    this.tunnel = new Tunnel(STREAM, codec, settings.window, metrics);
    this.tunnel.guide = this;
    this.tunnel.tap = settings.tap;
    this.tunnel.exchanges = this.exchanges;
    codec.exchanges = this.exchanges;
  }

  onNewConnection(): FilterStatus {
    this.metrics.connectionsActive.add(1);
    return FilterStatus.Continue;
  }

  // ── From the client ──

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    newMoment();
    out.reset();
    // More has come meanwhile: what was held goes with it, or stays.
    this.resume = false;
    const all = getBuffer(BufferType.DownstreamData, 0, size);
    const held = min(this.tunnel.held, all.length);
    out.copy(all.ptr, held);
    if (size > held && !this.closing) this.take(Slice.view(all.ptr + <usize>held, all.length - held));
    if (this.greeted && !this.closing) this.speak();
    this.metrics.calls.flush();
    if (size > 0 || out.length > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    if (!this.tunnel.mayGo(out.length)) return FilterStatus.StopIteration;
    return out.length > 0 || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
  }

  private take(bytes: Slice): void {
    if (!this.greeted) this.greet();
    if (this.ended) return;
    if (this.tunnel.fromClient(bytes, out)) return;
    this.metrics.badFrames.increment();
    this.close();
  }

  /** Begins as HTTP/2 clients do, and acknowledges at once the SETTINGS that the proxy is about to send. */
  private greet(): void {
    this.greeted = true;
    out.bytes(PREFACE);
    writeSettings(out, Setting.HeaderTableSize, 0, Setting.InitialWindowSize, <u32>MAX_WINDOW);
    writeWindowUpdate(out, 0, <u32>(MAX_WINDOW - FIRST_WINDOW));
    writeSettingsAck(out);
  }

  /** Writes to the proxy what waits for a callback of this direction. */
  private speak(): void {
    if (this.control.length > 0) {
      out.bytes(this.control.view());
      this.control.free();
    }
    const returned = this.ended ? 0 : this.tunnel.replenish(out);
    if (returned > 0) writeWindowUpdate(out, 0, returned);
    if (this.tunnel.answers.length == 0 || this.pinged) return;
    writePing(out, false, 0);
    this.pinged = true;
  }

  // ── Steps that the codec takes ──

  open(step: Step, meta: Metadata): Verdict {
    if (step == Step.Follow) {
      const to = whereabouts(meta.service);
      if (to == null) {
        this.metrics.strays.increment();
        this.close();
        return Verdict.Stop;
      }
      this.metrics.followed.increment();
      writeFollowing(out, STREAM, to);
    } else {
      const opaque = step == Step.OpenOpaque;
      this.record.begin(opaque ? null : meta, Slice.empty());
      writeOpening(out, STREAM, opaque ? null : meta, this.settings.headers);
      if (opaque) {
        this.metrics.opaque.increment();
        this.tunnel.passUnseen();
      }
    }
    this.metrics.opened.increment();
    this.tunnel.opened = true;
    return Verdict.Pass;
  }

  name(name: Slice): void {
    const cluster = this.cluster;
    const place = this.place;
    if (cluster == null || place == null || this.known != null) return;
    this.known = Bytes.copyOf(name);
    remember(name, new Whereabouts(cluster.view(), place.view()));
  }

  // ── From the proxy ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    newMoment();
    out.reset();
    if (!this.http2.receive(getBuffer(BufferType.UpstreamData, 0, size), this)) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    const tunnel = this.tunnel;
    if (tunnel.answers.length > 0 && tunnel.atBoundary) {
      out.bytes(tunnel.answers.view());
      tunnel.answers.free();
      if (tunnel.refused) this.finish();
    }
    if (this.draining && !this.ended && tunnel.atBoundary && this.codec.drain(out)) this.finish();
    this.metrics.calls.flush();
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    // Not here: the proxy, which is writing, would be made to read.
    if (this.resume) callLater(this);
    return FilterStatus.Continue;
  }

  contextId(): i32 {
    return this.id;
  }

  onTurn(): void {
    if (this.closing || this.ended || !this.resume) return;
    this.resume = false;
    this.tunnel.mayGo(0);
    continueStream(StreamType.Downstream);
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    if (this.ended) return;
    const status = headers.get(STATUS);
    if (this.tunnel.status == 0 && status != null) {
      this.tunnel.status = status.decimal();
      if (this.tunnel.status == 200) this.connected(headers);
    }
    if (endStream) this.end();
  }

  private connected(headers: HeaderList): void {
    const cluster = headers.get(CLUSTER);
    const backend = headers.get(BACKEND);
    if (cluster != null) this.cluster = Bytes.copyOf(cluster);
    if (backend != null) this.place = Bytes.copyOf(backend);
    this.exchanges.connected(headers.get(VERSION));
    this.record.opened(CallStatus.Success, 0, backend);
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    if (this.ended) return;
    if (!this.tunnel.fromServer(bytes, out)) {
      this.metrics.badFrames.increment();
      log(LogLevel.Warn, "what the server sends cannot be read; closing the connection");
      this.finish();
    } else if (this.tunnel.unreturned > WINDOW_ENDS) {
      log(LogLevel.Warn, "2 GiB came without a word from the client; closing the connection");
      this.finish();
    }
    if (endStream) this.end();
  }

  onReset(id: u32, code: u32): void {
    if (this.ended) return;
    if (this.tunnel.status == 0) this.tunnel.status = 503;
    if (this.tunnel.status == 200) this.tunnel.break(out);
    this.end();
  }

  /** The stream has ended: after the server's last bytes, or with the proxy's own answer. */
  private end(): void {
    if (this.ended) return;
    if (this.tunnel.status != 200) {
      this.record.opened(CallStatus.Proxy, this.tunnel.status, null);
      this.metrics.failed.increment();
      this.metrics.localReplies.increment();
      this.codec.fail(this.tunnel.refusal(), out);
    }
    this.exchanges.lost(this.tunnel.status == 200 ? GONE : this.tunnel.status);
    this.finish();
  }

  onGoAway(lastStream: u32): void {
    if (!this.draining) this.metrics.drains.increment();
    this.draining = true;
  }

  onPong(): void {
    this.pinged = false;
  }

  onPing(data: u64): void {
    writePing(this.control, true, data);
  }

  onSettings(headerTableSize: u32): void {}

  onInitialWindow(size: u32): void {
    if (this.tunnel.initialWindow(size)) this.resume = true;
  }

  onWindowUpdate(stream: u32, increment: u32): void {
    if (stream == STREAM && this.tunnel.earn(increment)) this.resume = true;
  }

  // ── The end ──

  /** The connection closes once what was written has gone out. */
  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    closeLater(this.id);
  }

  private close(): void {
    if (this.closing) return;
    this.closing = true;
    closeStream(StreamType.Downstream);
  }

  onDownstreamClose(peer: PeerType): void {
    this.closing = true;
  }

  onDelete(): void {
    newMoment();
    this.metrics.connectionsActive.add(-1);
    this.record.end(this.tunnel.clientBytes, this.tunnel.serverBytes);
    forgetLater(this.id);
    this.exchanges.free();
    const name = this.known;
    if (name != null) forget(name.view());
    this.tunnel.free();
    this.http2.free();
    this.control.free();
  }
}
