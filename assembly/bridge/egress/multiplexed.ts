import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Codec, Frame, Kind, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, continueStream, getBuffer, log, setBuffer } from "../../hostcalls";
import { FrameInput, Input } from "../buffers";
import { HeaderList } from "../hpack";
import {
  ErrorCode,
  HEADER_TABLE_SIZE,
  Http2Events,
  Http2Receiver,
  MAX_STREAM_ID,
  PREFACE,
  writeGoAway,
  writePing,
} from "../http2";
import { Metrics } from "../metrics";
import { closeLater, forgetLater, Watching, watchLater } from "../later";
import { Settings } from "../settings";
import { Answers } from "./answers";
import { Bodies } from "./bodies";
import { Debts } from "./debts";
import { Heartbeats } from "./heartbeats";
import { Owed } from "./line";
import { Order } from "./order";
import { frameOf, readHead } from "./request";
import { RequestWindow } from "./request-window";
import { EgressStream } from "./stream";
import { EgressStreams } from "./streams";
import { Window, WindowWatch } from "./window-watch";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const frame = new Frame();

const MAX_HEADER_BLOCK: i32 = 1048576;

const TOO_LARGE = Slice.fixed("the backend's answer is too large");
const NO_FRAME = Slice.fixed("the request's body is no frame");
const TOO_MUCH = Slice.fixed("too much waits for the backend");
const REFUSED = Slice.fixed("the backend refuses the proxy's connection");

/**
 * A backend's connection, shared by all callers: a network filter in an internal listener. Downstream it is an HTTP/2
 * server in the same process, upstream it speaks the protocol. Streams' numbers are the requests' ids; in a pipelined
 * protocol requests go out in the order in which they began, and answers are known by theirs.
 *
 * It can write to a side only while that side's callback runs. Its voice towards the proxy is the protocol's heartbeat:
 * the backend's answer comes in a callback that writes to the proxy. Towards the backend it is HTTP/2's PING.
 */
export class MultiplexedEgress extends NetworkContext implements Http2Events, Watching {
  private input: FrameInput;
  private http2: Http2Receiver;
  private streams: EgressStreams;
  private debts: Debts;
  private heartbeats: Heartbeats;
  private pipelined: bool;
  private order: Order;
  private bodies: Bodies;
  private answers: Answers;
  private watch: WindowWatch = new WindowWatch();
  /** Frames for the proxy, and for the backend, that wait for that side's callback. */
  private toProxy: Writer = new Writer();
  private toBackend: Writer = new Writer();
  private prefaceDone: i32 = 0;
  private requestWindow: RequestWindow = new RequestWindow();
  /** The window is looked at from time to time, and the proxy is to be sent a PING for a chance to act on it. */
  private watching: bool = false;
  private pingWanted: bool = false;
  /** The proxy's last bytes were stopped: so their buffer may be written to in any callback. */
  private stopped: bool = false;
  private closing: bool = false;
  private drained: bool = false;
  private requests: i32 = 0;

  constructor(
    id: i32,
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
  ) {
    super(id);
    const pipelined = codec.traits().pipelined;
    const order = new Order(pipelined);
    const streams = new EgressStreams();
    const debts = new Debts();
    const heartbeats = new Heartbeats();
    this.bodies = new Bodies(codec, settings);
    this.answers = new Answers(codec, settings, metrics, streams, debts, heartbeats, order);
    this.pipelined = pipelined;
    this.order = order;
    this.streams = streams;
    this.debts = debts;
    this.heartbeats = heartbeats;
    this.input = new FrameInput(codec, Peer.Server);
    this.http2 = new Http2Receiver(HEADER_TABLE_SIZE, MAX_HEADER_BLOCK);
  }

  onNewConnection(): FilterStatus {
    this.metrics.connectionsActive.add(1);
    return FilterStatus.Continue;
  }

  // ── From the proxy: requests become frames ──

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    out.reset();
    if (size > 0 && !this.closing) this.takeRequests(getBuffer(BufferType.DownstreamData, 0, size));
    if (this.toBackend.length > 0) {
      out.bytes(this.toBackend.view());
      this.toBackend.free();
    }
    this.askForTurn();
    if (size > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    if (this.requests > 0) this.metrics.requests.increment(this.requests);
    this.requests = 0;
    this.stopped = this.watching && !endOfStream;
    if (this.stopped) {
      if (out.length > 0) continueStream(StreamType.Downstream);
      return FilterStatus.StopIteration;
    }
    return out.length > 0 || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
  }

  private takeRequests(bytes: Slice): void {
    if (this.prefaceDone < PREFACE.length) bytes = this.preface(bytes);
    if (!this.closing && !this.http2.receive(bytes, this)) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    for (let due = this.order.due; due != 0; due = this.order.due) {
      this.forward(changetype<EgressStream>(due), changetype<EgressStream>(due).body());
    }
  }

  /** Takes the connection preface off; the first bytes to the backend are its greeting and a heartbeat. */
  private preface(bytes: Slice): Slice {
    const part = min(bytes.length, PREFACE.length - this.prefaceDone);
    if (memory.compare(bytes.ptr, PREFACE.ptr + <usize>this.prefaceDone, <usize>part) != 0) this.close();
    if (this.prefaceDone == 0 && !this.closing) {
      this.order.owePreparations(this.codec.greet(out));
      this.heartbeat();
    }
    this.prefaceDone += part;
    return Slice.view(bytes.ptr + <usize>part, bytes.length - part);
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    let stream = this.streams.find(id);
    if (stream == null) {
      stream = this.streams.begin(id);
      readHead(stream, headers);
      this.order.begin(stream);
    }
    if (endStream && !stream.forwarded && !stream.refused) this.complete(stream);
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    this.requestWindow.consume(bytes.length);
    const stream = this.streams.find(id);
    if (stream == null || stream.refused || stream.forwarded) return;
    if (endStream && stream.bodyLength == 0 && this.order.mayGo(stream)) {
      this.forward(stream, bytes);
      return;
    }
    if (!this.bodies.keep(stream, bytes)) {
      this.metrics.bufferOverflows.increment();
      this.refuse(stream, TOO_MUCH);
    } else if (endStream) {
      this.complete(stream);
    }
  }

  /** A request is whole. */
  private complete(stream: EgressStream): void {
    stream.complete = true;
    if (this.order.mayGo(stream)) this.forward(stream, stream.body());
  }

  private forward(stream: EgressStream, body: Slice): void {
    const bytes = frameOf(stream, body, this.codec, frame, this.settings, this.metrics);
    if (bytes == null || this.order.isFull) {
      this.refuse(stream, bytes == null ? NO_FRAME : TOO_MUCH);
      return;
    }
    this.requests++;
    if (this.pipelined) {
      this.order.go(stream, this.codec.prepare(stream.state, out));
    } else {
      stream.callerId = frame.id;
      this.codec.rename(frame, stream.id);
    }
    out.bytes(bytes);
    this.bodies.free(stream);
    stream.forwarded = true;
    if (!stream.oneWay) return;
    this.metrics.oneWay.increment();
    this.heartbeats.follow(stream);
  }

  /** Answers a request ourselves that never goes to the backend. */
  private refuse(stream: EgressStream, words: Slice): void {
    stream.refused = true;
    this.bodies.free(stream);
    this.answers.fail(stream, true, words, this.toProxy);
    this.heartbeats.wanted = true;
  }

  onReset(id: u32, code: u32): void {
    const stream = this.streams.find(id);
    if (stream == null) return;
    this.metrics.streamsReset.increment();
    this.bodies.free(stream);
    this.answers.end(stream);
  }

  onInitialWindow(size: u32): void {
    this.streams.initialWindow(size);
  }

  onSettings(headerTableSize: u32): void {
    if (!this.requestWindow.settingsCame()) this.heartbeats.wanted = true;
  }

  onWindowUpdate(id: u32, increment: u32): void {
    if (id == 0) {
      this.debts.extend(increment);
      return;
    }
    const stream = this.streams.find(id);
    if (stream != null) stream.earn(increment);
  }

  onPing(data: u64): void {
    writePing(this.toProxy, true, data);
    this.heartbeats.wanted = true;
  }

  onPong(): void {}

  onGoAway(lastStream: u32): void {}

  /** Sends the backend a heartbeat where something waits for a chance to be written to the proxy. */
  private askForTurn(): void {
    if (this.closing || this.prefaceDone == 0) return;
    if (this.heartbeats.wanted) this.heartbeat();
    else if (this.heartbeats.idle) {
      if (this.requestWindow.urgent || (this.debts.any && this.debts.payable)) this.heartbeat();
    }
  }

  private heartbeat(): void {
    this.metrics.pings.increment();
    this.heartbeats.send(this.codec, out);
    this.order.oweHeartbeat();
  }

  // ── From the backend: frames become answers ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    out.reset();
    this.requestWindow.write(out, this.settings.maxFrameBytes);
    this.answers.pay(out);
    this.takeAnswers(getBuffer(BufferType.UpstreamData, 0, size));
    this.watchWindow();
    if (this.toProxy.length > 0) {
      out.bytes(this.toProxy.view());
      this.toProxy.free();
    }
    if (this.toBackend.length > 0 || this.pingWanted) writePing(out, false, 0);
    this.pingWanted = false;
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.answers.count > 0) this.metrics.responses.increment(this.answers.count);
    this.answers.count = 0;
    return FilterStatus.Continue;
  }

  private takeAnswers(bytes: Slice): void {
    if (this.closing) return;
    this.input.open(bytes);
    const maxBytes = this.settings.maxFrameBytes;
    while (!this.closing) {
      const found = this.input.next(frame, maxBytes);
      if (found == Input.More) break;
      if (found == Input.Bad) {
        this.metrics.badFrames.increment();
        this.close();
        break;
      }
      if (found == Input.TooLarge) this.metrics.tooLarge.increment();
      if (frame.kind == Kind.Drain) this.drain();
      else if (frame.kind == Kind.Ping) this.codec.pong(frame, this.toBackend);
      else if (this.pipelined) this.takeInTurn(found);
      else if (frame.kind == Kind.Pong) this.answers.heartbeatAnswered(out);
      else if (frame.kind == Kind.Response) this.answer(this.streams.asked(frame.id), found);
    }
    this.input.close();
  }

  /** In a pipelined protocol: what comes belongs to the first of the line, unless the codec says that nobody asked for it. */
  private takeInTurn(found: Input): void {
    if (frame.kind == Kind.Opaque) {
      this.metrics.opaque.increment();
    } else if (this.order.isEmpty) {
      this.metrics.outOfStep.increment();
      log(LogLevel.Warn, "the backend sent an answer that nobody asked for; closing the connection");
      this.close();
    } else {
      const owed = this.order.take();
      if (owed == Owed.Heartbeat) this.answers.heartbeatAnswered(out);
      else if (owed != Owed.Preparation) this.answer(changetype<EgressStream | null>(owed), found);
      else if (!this.codec.admitted(frame)) this.refusedByServer();
    }
  }

  /** The backend does not want this connection: whoever waits is told, and the proxy opens another for those that come. */
  private refusedByServer(): void {
    this.metrics.refusedByServer.increment();
    log(LogLevel.Warn, "the backend refuses the proxy's connection; closing it");
    this.drain();
    this.answers.failAll(REFUSED, out);
    this.closing = true;
    closeLater(this.id);
  }

  /** @param stream null: its caller has left */
  private answer(stream: EgressStream | null, found: Input): void {
    if (stream == null) return;
    if (found == Input.TooLarge) this.answers.fail(stream, false, TOO_LARGE, out);
    else this.answers.send(stream, frame, out);
  }

  /**
   * Answers that clients do not read can take up the whole connection's window. Then the proxy is asked to open another
   * connection, and answers that have not begun fail at once rather than wait for strangers.
   */
  private watchWindow(): void {
    const window = this.watch.look(this.debts);
    if (window == Window.Full && !this.watching) {
      // Nothing may come by itself any more. The answer to a PING is stopped, and so can be written to at its time.
      this.watching = true;
      this.pingWanted = true;
      watchLater(this);
    }
    if (window != Window.Stuck) return;
    this.drain();
    this.answers.giveUpUnstarted(out);
  }

  contextId(): i32 {
    return this.id;
  }

  /** Is the window still full? Where it stays so, a heartbeat's answer is the chance to say so to the proxy. */
  onWatch(): bool {
    const window = this.watch.look(this.debts);
    if (!this.closing && (window == Window.Full || (window == Window.Stuck && !this.stopped))) return false;
    this.watching = false;
    if (this.closing || window == Window.Open) return true;
    out.reset();
    this.heartbeat();
    setBuffer(BufferType.DownstreamData, 0, 0, out.view());
    continueStream(StreamType.Downstream);
    return true;
  }

  /** The backend takes no new requests: the proxy opens another connection, and what is under way ends here. */
  private drain(): void {
    if (this.drained) return;
    this.drained = true;
    this.metrics.drains.increment();
    writeGoAway(out, MAX_STREAM_ID, ErrorCode.None);
  }

  // ── The end ──

  private close(): void {
    if (this.closing) return;
    this.closing = true;
    closeStream(StreamType.Downstream);
  }

  onDownstreamClose(peer: PeerType): void {
    this.closing = true;
  }

  onDelete(): void {
    this.metrics.connectionsActive.add(-1);
    forgetLater(this.id);
    this.streams.free();
    this.order.free();
    this.input.free();
    this.http2.free();
    this.toProxy.free();
    this.toBackend.free();
  }
}
