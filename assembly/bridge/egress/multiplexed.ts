import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Codec, Frame, Kind, Metadata, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, getBuffer, log, setBuffer } from "../../hostcalls";
import { FrameInput, Input, lengthOf } from "../buffers";
import { AttributeForms } from "../headers";
import { HeaderList } from "../hpack";
import {
  ErrorCode,
  Http2Events,
  Http2Receiver,
  MAX_STREAM_ID,
  MAX_WINDOW,
  PREFACE,
  writeGoAway,
  writePing,
  writeReset,
} from "../http2";
import { Metrics } from "../metrics";
import { closeLater, forgetLater } from "../later";
import { Settings } from "../settings";
import { Debts } from "./debts";
import { Heartbeats } from "./heartbeats";
import { Line, Owed } from "./line";
import { writeAnswerHead, writeFailure, writeOneWayDone } from "./replies";
import { frameOf, readHead } from "./request";
import { RequestWindow } from "./request-window";
import { EgressStream } from "./stream";
import { StreamList } from "./stream-list";
import { EgressStreams } from "./streams";
import { Window, WindowWatch } from "./window-watch";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const frame = new Frame();
const meta = new Metadata();
const forms = new AttributeForms();

/** HPACK's table as long as we announce no other size (RFC 9113, section 6.5.2). */
const HEADER_TABLE_SIZE: i32 = 4096;
const MAX_HEADER_BLOCK: i32 = 1048576;
// Answers that a backend may owe: those whose callers have left stay in the line, and a backend may hang.
const MAX_OWED: u32 = 1048576;

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
export class MultiplexedEgress extends NetworkContext implements Http2Events {
  private input: FrameInput;
  private http2: Http2Receiver;
  private streams: EgressStreams = new EgressStreams();
  private debts: Debts = new Debts();
  private heartbeats: Heartbeats = new Heartbeats();
  private pipelined: bool;
  /** In a pipelined protocol: what the backend owes, and the requests that are not whole yet, or behind such. */
  private line: Line = new Line();
  private coming: StreamList = new StreamList();
  private watch: WindowWatch = new WindowWatch();
  /** Frames for the proxy, and for the backend, that wait for that side's callback. */
  private toProxy: Writer = new Writer();
  private toBackend: Writer = new Writer();
  private prefaceDone: i32 = 0;
  private requestWindow: RequestWindow = new RequestWindow();
  private buffered: i32 = 0;
  private lookWanted: bool = false;
  private closing: bool = false;
  private drained: bool = false;
  private requests: i32 = 0;
  private responses: i32 = 0;

  constructor(
    id: i32,
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
  ) {
    super(id);
    this.pipelined = codec.traits().pipelined;
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
    return out.length > 0 || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
  }

  private takeRequests(bytes: Slice): void {
    if (this.prefaceDone < PREFACE.length) bytes = this.preface(bytes);
    if (!this.closing && !this.http2.receive(bytes, this)) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    if (this.pipelined) this.forwardComplete();
  }

  /** Takes the connection preface off; the first bytes to the backend are its greeting and a heartbeat. */
  private preface(bytes: Slice): Slice {
    const part = min(bytes.length, PREFACE.length - this.prefaceDone);
    if (memory.compare(bytes.ptr, PREFACE.ptr + <usize>this.prefaceDone, <usize>part) != 0) this.close();
    if (this.prefaceDone == 0 && !this.closing) {
      this.owePreparation(this.codec.greet(out));
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
      if (this.pipelined) this.coming.push(stream);
    }
    if (endStream && !stream.forwarded && !stream.refused) this.complete(stream);
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    this.requestWindow.consume(bytes.length);
    const stream = this.streams.find(id);
    if (stream == null || stream.refused || stream.forwarded) return;
    if (endStream && stream.bodyLength == 0 && this.mayGo(stream)) {
      this.forward(stream, bytes);
      return;
    }
    if (stream.bodyLength == 0) stream.reserve(lengthOf(this.codec, Peer.Client, bytes, this.settings.maxFrameBytes));
    stream.append(bytes);
    this.buffered += bytes.length;
    const limits = this.settings;
    if (stream.bodyLength > limits.streamBufferBytes || this.buffered > limits.connectionBufferBytes) {
      this.metrics.bufferOverflows.increment();
      this.refuse(stream, TOO_MUCH);
    } else if (endStream) {
      this.complete(stream);
    }
  }

  /** A request is whole. */
  private complete(stream: EgressStream): void {
    stream.complete = true;
    if (this.mayGo(stream)) this.forward(stream, stream.body());
  }

  /** A pipelined client relies on the order of its requests, whichever body waited for a window. */
  private mayGo(stream: EgressStream): bool {
    return !this.pipelined || this.coming.first == changetype<usize>(stream);
  }

  private forwardComplete(): void {
    for (let first = this.coming.first; first != 0; first = this.coming.first) {
      const stream = changetype<EgressStream>(first);
      if (!stream.complete) return;
      this.forward(stream, stream.body());
    }
  }

  private forward(stream: EgressStream, body: Slice): void {
    const bytes = frameOf(stream, body, this.codec, frame, this.settings, this.metrics);
    if (bytes == null || this.line.length >= MAX_OWED) {
      this.refuse(stream, bytes == null ? NO_FRAME : TOO_MUCH);
      return;
    }
    this.requests++;
    if (this.pipelined) {
      this.coming.remove(stream);
      this.owePreparation(this.codec.prepare(stream.state, out));
      if (!stream.oneWay) stream.place = this.line.join(changetype<usize>(stream));
    } else {
      stream.callerId = frame.id;
      this.codec.rename(frame, stream.id);
    }
    out.bytes(bytes);
    this.buffered -= stream.bodyLength;
    stream.freeBody();
    stream.forwarded = true;
    if (!stream.oneWay) return;
    this.metrics.oneWay.increment();
    this.heartbeats.follow(stream);
  }

  /** Answers a request ourselves that never goes to the backend. */
  private refuse(stream: EgressStream, words: Slice): void {
    stream.refused = true;
    this.buffered -= stream.bodyLength;
    stream.freeBody();
    this.fail(this.toProxy, stream.id, true, words);
    this.drop(stream);
    this.heartbeats.wanted = true;
  }

  onReset(id: u32, code: u32): void {
    const stream = this.streams.find(id);
    if (stream == null) return;
    this.metrics.streamsReset.increment();
    if (!stream.forwarded) this.buffered -= stream.bodyLength;
    this.drop(stream);
  }

  onInitialWindow(size: u32): void {
    this.streams.initialWindow(size);
  }

  onSettings(): void {
    if (!this.requestWindow.settingsCame()) this.heartbeats.wanted = true;
  }

  onWindowUpdate(id: u32, increment: u32): void {
    if (id == 0) {
      this.debts.extend(increment);
      return;
    }
    const stream = this.streams.find(id);
    if (stream != null) stream.credit = <i32>min(<i64>stream.credit + <i64>increment, <i64>MAX_WINDOW);
  }

  onPing(data: u64): void {
    writePing(this.toProxy, true, data);
    this.heartbeats.wanted = true;
  }

  onPong(): void {
    if (this.lookWanted) this.heartbeats.wanted = true;
    this.lookWanted = false;
  }

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
    if (this.pipelined) this.line.join(Owed.Heartbeat);
  }

  private owePreparation(answers: i32): void {
    if (!this.pipelined) return;
    for (let i = 0; i < answers; i++) this.line.join(Owed.Preparation);
  }

  // ── From the backend: frames become answers ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    out.reset();
    this.requestWindow.write(out, this.settings.maxFrameBytes);
    this.payDebts();
    this.takeAnswers(getBuffer(BufferType.UpstreamData, 0, size));
    this.watchWindow();
    if (this.toProxy.length > 0) {
      out.bytes(this.toProxy.view());
      this.toProxy.free();
    }
    if (this.toBackend.length > 0 || this.lookWanted) writePing(out, false, 0);
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.responses > 0) this.metrics.responses.increment(this.responses);
    this.responses = 0;
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
      else if (frame.kind == Kind.Pong) this.heartbeatAnswered();
      else if (frame.kind == Kind.Response) this.answer(this.streams.asked(frame.id), found);
    }
    this.input.close();
  }

  /** In a pipelined protocol: what comes belongs to the first of the line, unless the codec says that nobody asked for it. */
  private takeInTurn(found: Input): void {
    if (frame.kind == Kind.Opaque) {
      this.metrics.opaque.increment();
    } else if (this.line.length == 0) {
      this.metrics.outOfStep.increment();
      log(LogLevel.Warn, "the backend sent an answer that nobody asked for; closing the connection");
      this.close();
    } else {
      const owed = this.line.take();
      if (owed == Owed.Heartbeat) this.heartbeatAnswered();
      else if (owed != Owed.Preparation) this.answer(changetype<EgressStream | null>(owed), found);
      else if (!this.codec.admitted(frame)) this.refusedByServer();
    }
  }

  /** The backend does not want this connection: whoever waits is told, and the proxy opens another for those that come. */
  private refusedByServer(): void {
    this.metrics.refusedByServer.increment();
    log(LogLevel.Warn, "the backend refuses the proxy's connection; closing it");
    this.drain();
    while (this.line.length > 0) {
      const owed = this.line.take();
      if (owed <= Owed.Preparation) continue;
      const stream = changetype<EgressStream>(owed);
      this.fail(out, stream.id, false, REFUSED);
      this.drop(stream);
    }
    this.closing = true;
    closeLater(this.id);
  }

  /** @param stream null: its caller has left */
  private answer(stream: EgressStream | null, found: Input): void {
    if (stream == null) return;
    if (found == Input.TooLarge) {
      this.fail(out, stream.id, false, TOO_LARGE);
      this.drop(stream);
      return;
    }
    this.responses++;
    meta.clear();
    const readable = this.codec.decode(frame, meta);
    forms.of(readable ? meta : null, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
    if (!readable) this.metrics.opaque.increment();
    writeAnswerHead(out, stream.id, readable ? meta : null, forms);
    if (!this.pipelined) this.codec.rename(frame, stream.callerId);
    const whole = this.makeRoom(stream, frame.bytes.length) && this.debts.send(stream, frame.bytes, out);
    if (whole) this.drop(stream);
  }

  /** Past the bounds of what may wait, who owes the most has to go. False: that is the answer in hand. */
  private makeRoom(stream: EgressStream, length: i32): bool {
    const limits = this.settings;
    while (true) {
      const victim = this.debts.victim(stream, length, limits.streamBufferBytes, limits.connectionBufferBytes);
      if (victim != 0) this.giveUp(changetype<EgressStream>(victim));
      if (victim == 0 || victim == changetype<usize>(stream)) return victim == 0;
    }
  }

  private giveUp(stream: EgressStream): void {
    this.metrics.bufferOverflows.increment();
    writeReset(out, stream.id, ErrorCode.EnhanceYourCalm);
    this.drop(stream);
  }

  /**
   * Answers that clients do not read can take up the whole connection's window. Then the proxy is asked to open another
   * connection, and answers that have not begun fail at once rather than wait for strangers.
   */
  private watchWindow(): void {
    const window = this.watch.look(this.debts);
    // Nothing may come by itself any more: a PING to the proxy brings our turn to send a heartbeat, and that the next look.
    if (window == Window.Full) this.lookWanted = true;
    if (window != Window.Stuck) return;
    this.drain();
    for (let stream = this.debts.unstarted(); stream != 0; stream = this.debts.unstarted()) {
      this.giveUp(changetype<EgressStream>(stream));
    }
  }

  private payDebts(): void {
    while (true) {
      const paid = this.debts.pay(out);
      if (paid == 0) return;
      this.drop(changetype<EgressStream>(paid));
    }
  }

  /** The backend has read all that was sent before this heartbeat. */
  private heartbeatAnswered(): void {
    this.heartbeats.hear();
    for (let stream = this.heartbeats.done(); stream != 0; stream = this.heartbeats.done()) {
      forms.of(null, this.settings.headers);
      writeOneWayDone(out, changetype<EgressStream>(stream).id, forms);
      this.drop(changetype<EgressStream>(stream));
    }
  }

  /** The backend takes no new requests: the proxy opens another connection, and what is under way ends here. */
  private drain(): void {
    if (this.drained) return;
    this.drained = true;
    this.metrics.drains.increment();
    writeGoAway(out, MAX_STREAM_ID, ErrorCode.None);
  }

  private fail(to: Writer, id: u32, neverSent: bool, words: Slice): void {
    this.metrics.localReplies.increment();
    writeFailure(to, id, neverSent, words);
  }

  // ── The end ──

  private drop(stream: EgressStream): void {
    this.debts.forget(stream);
    this.heartbeats.forget(stream);
    if (this.pipelined) {
      if (!stream.forwarded) this.coming.remove(stream);
      else if (!stream.oneWay) this.line.leave(stream.place);
    }
    this.streams.end(stream);
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
    this.metrics.connectionsActive.add(-1);
    forgetLater(this.id);
    this.streams.free();
    this.line.free();
    this.input.free();
    this.http2.free();
    this.toProxy.free();
    this.toBackend.free();
  }
}
