import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Codec, Frame, Kind, Metadata, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, currentTimeNanoseconds, getBuffer, log, setBuffer } from "../../hostcalls";
import { FrameInput, Input, lengthOf, StreamTable } from "../buffers";
import { AttributeForms, Received, writeFailureHeaders, writeOneWayHeaders, writeResponseHeaders } from "../headers";
import { HeaderList } from "../hpack";
import {
  beginHeaders,
  endHeaders,
  ErrorCode,
  FIRST_WINDOW,
  Http2Events,
  Http2Receiver,
  MAX_STREAM_ID,
  MAX_WINDOW,
  PREFACE,
  Setting,
  writeData,
  writeGoAway,
  writePing,
  writeReset,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "../http2";
import { Metrics } from "../metrics";
import { Remade, Remaker } from "../remake";
import { Settings } from "../settings";
import { Debts } from "./debts";
import { EgressStream } from "./stream";
import { StreamList } from "./stream-list";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const frame = new Frame();
const meta = new Metadata();
const forms = new AttributeForms();
const received = new Received();
const remaker = new Remaker();
const changed = new HeaderList();

/** HPACK's table as long as we announce no other size (RFC 9113, section 6.5.2). */
const HEADER_TABLE_SIZE: i32 = 4096;
const MAX_HEADER_BLOCK: i32 = 1048576;
const MAX_STREAMS: u32 = 0x7fffffff;
/** Room in a stream's window beyond the largest frame, for what filters add to it. */
const WINDOW_SPARE: u64 = 1048576;
/** So many bytes of requests use up half of the connection's window. */
const REPLENISH: u32 = 1 << 29;
/** So many must have a way back, though the backend be silent. */
const REPLENISH_NOW: u32 = 1 << 30;

/** The connection's window may be used up for so long; then clients that do not read hold all of it. */
const STUCK_NANOSECONDS: u64 = 200000000;

const TOO_LARGE = Slice.fixed("the backend's answer is too large");
const NO_FRAME = Slice.fixed("the request's body is no frame");
const TOO_MUCH = Slice.fixed("too many bytes wait for the backend");

/**
 * A backend's connection, shared by all callers: a network filter in an internal listener. Downstream it is an HTTP/2
 * server in the same process, upstream it speaks the protocol; streams' numbers are the requests' ids.
 *
 * It can write to a side only while that side's callback runs. Its voice towards the proxy is the protocol's heartbeat:
 * the backend's answer comes in a callback that writes to the proxy. Towards the backend it is HTTP/2's PING.
 */
export class MultiplexedEgress extends NetworkContext implements Http2Events {
  private input: FrameInput;
  private http2: Http2Receiver;
  private streams: StreamTable = new StreamTable();
  private debts: Debts = new Debts();
  /** One-way requests whose forwarding is not yet known. */
  private oneWays: StreamList = new StreamList();
  /** Frames for the proxy, and for the backend, that wait for that side's callback. */
  private toProxy: Writer = new Writer();
  private toBackend: Writer = new Writer();
  private prefaceDone: i32 = 0;
  private settingsSent: bool = false;
  private settingsToAck: i32 = 0;
  private firstCredit: i32 = FIRST_WINDOW;
  private consumed: u32 = 0;
  private buffered: i32 = 0;
  private heartbeats: u32 = 0;
  private answeredHeartbeats: u32 = 0;
  private heartbeatWanted: bool = false;
  private stuckSince: u64 = 0;
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
  }

  /** Takes the connection preface off; the first bytes to the backend are its greeting and a heartbeat. */
  private preface(bytes: Slice): Slice {
    const part = min(bytes.length, PREFACE.length - this.prefaceDone);
    if (memory.compare(bytes.ptr, PREFACE.ptr + <usize>this.prefaceDone, <usize>part) != 0) this.close();
    if (this.prefaceDone == 0 && !this.closing) {
      this.codec.greet(out);
      this.heartbeat();
    }
    this.prefaceDone += part;
    return Slice.view(bytes.ptr + <usize>part, bytes.length - part);
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    let stream = this.find(id);
    if (stream == null) {
      stream = EgressStream.take(id);
      stream.credit = this.firstCredit;
      this.streams.set(id, changetype<usize>(stream));
      received.read(headers);
      stream.oneWay = received.oneWay;
      if (received.marked && !received.untouched && !received.opaque) stream.keepHeaders(headers);
    }
    if (endStream && !stream.forwarded && !stream.refused) this.forward(stream, stream.body());
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    this.consumed += <u32>bytes.length;
    const stream = this.find(id);
    if (stream == null || stream.refused || stream.forwarded) return;
    if (endStream && stream.bodyLength == 0) {
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
      this.forward(stream, stream.body());
    }
  }

  /** A request is whole. */
  private forward(stream: EgressStream, body: Slice): void {
    if (!remaker.scan(this.codec, Peer.Client, body, frame)) {
      this.refuse(stream, NO_FRAME);
      return;
    }
    this.requests++;
    if (stream.recallHeaders(changed)) body = this.change(body);
    stream.callerId = frame.id;
    this.codec.rename(frame, stream.id);
    out.bytes(body);
    this.buffered -= stream.bodyLength;
    stream.freeBody();
    stream.forwarded = true;
    if (!stream.oneWay) return;
    this.metrics.oneWay.increment();
    stream.heartbeat = this.heartbeats + 1;
    this.oneWays.push(stream);
    this.heartbeatWanted = true;
  }

  /** Writes the frame in hand again, with the attributes that filters made; `frame` is the new one. */
  private change(body: Slice): Slice {
    const remade = remaker.remake(this.codec, frame, changed, this.settings.headers);
    if (remade == Remade.Changed && remaker.scan(this.codec, Peer.Client, remaker.frame, frame)) {
      this.metrics.mutations.increment();
      return frame.bytes;
    }
    if (remade != Remade.Same) this.metrics.mutationsRefused.increment();
    return body;
  }

  /** Answers a request ourselves that never goes to the backend. */
  private refuse(stream: EgressStream, words: Slice): void {
    stream.refused = true;
    this.buffered -= stream.bodyLength;
    stream.freeBody();
    this.writeFailure(this.toProxy, stream.id, true, words);
    this.drop(stream);
    this.heartbeatWanted = true;
  }

  onReset(id: u32, code: u32): void {
    const stream = this.find(id);
    if (stream == null) return;
    this.metrics.streamsReset.increment();
    if (!stream.forwarded) this.buffered -= stream.bodyLength;
    this.drop(stream);
  }

  onInitialWindow(size: u32): void {
    const credit = <i32>min(size, <u32>MAX_WINDOW);
    const difference = credit - this.firstCredit;
    this.firstCredit = credit;
    for (let i = 0; i < this.streams.slotCount; i++) {
      const stream = this.streams.at(i);
      if (stream) changetype<EgressStream>(stream).credit += difference;
    }
  }

  onSettings(): void {
    this.settingsToAck++;
    if (this.settingsSent) this.heartbeatWanted = true;
  }

  onWindowUpdate(id: u32, increment: u32): void {
    if (id == 0) {
      this.debts.extend(increment);
      return;
    }
    const stream = this.find(id);
    if (stream != null) stream.credit = <i32>min(<i64>stream.credit + <i64>increment, <i64>MAX_WINDOW);
  }

  onPing(data: u64): void {
    writePing(this.toProxy, true, data);
    this.heartbeatWanted = true;
  }

  onPong(): void {
    if (this.lookWanted) this.heartbeatWanted = true;
    this.lookWanted = false;
  }

  onGoAway(lastStream: u32): void {}

  /** Sends the backend a heartbeat where something waits for a chance to be written to the proxy. */
  private askForTurn(): void {
    if (this.closing || this.prefaceDone == 0) return;
    if (this.heartbeatWanted) this.heartbeat();
    else if (this.heartbeats == this.answeredHeartbeats) {
      if (this.consumed >= REPLENISH_NOW || (this.debts.any && this.debts.payable)) this.heartbeat();
    }
  }

  private heartbeat(): void {
    this.heartbeatWanted = false;
    this.heartbeats++;
    this.metrics.pings.increment();
    // Requests have odd ids, heartbeats even ones.
    this.codec.ping(((<u64>this.heartbeats) << 1) & (<u64>MAX_STREAM_ID), out);
  }

  // ── From the backend: frames become answers ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    out.reset();
    if (!this.settingsSent) this.greetProxy();
    for (; this.settingsToAck > 0; this.settingsToAck--) writeSettingsAck(out);
    this.payDebts();
    this.takeAnswers(getBuffer(BufferType.UpstreamData, 0, size));
    if (this.debts.any) this.watchWindow();
    if (this.toProxy.length > 0) {
      out.bytes(this.toProxy.view());
      this.toProxy.free();
    }
    if (this.consumed >= REPLENISH) {
      writeWindowUpdate(out, 0, this.consumed);
      this.consumed = 0;
    }
    if (this.toBackend.length > 0 || this.lookWanted) writePing(out, false, 0);
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.responses > 0) this.metrics.responses.increment(this.responses);
    this.responses = 0;
    return FilterStatus.Continue;
  }

  /** Our SETTINGS, and a connection window out of the way of requests. */
  private greetProxy(): void {
    this.settingsSent = true;
    const window = <u32>min(this.settings.maxFrameBytes + WINDOW_SPARE, <u64>MAX_WINDOW);
    writeSettings(out, Setting.MaxConcurrentStreams, MAX_STREAMS, Setting.InitialWindowSize, window);
    writeWindowUpdate(out, 0, <u32>(MAX_WINDOW - FIRST_WINDOW));
  }

  private takeAnswers(bytes: Slice): void {
    if (this.closing) return;
    this.input.open(bytes);
    const maxBytes = this.settings.maxFrameBytes;
    for (let found = this.input.next(frame, maxBytes); found != Input.More; found = this.input.next(frame, maxBytes)) {
      if (found == Input.Bad) {
        this.metrics.badFrames.increment();
        this.close();
        break;
      }
      if (found == Input.TooLarge) this.tooLarge();
      else if (frame.kind == Kind.Response) this.answer();
      else if (frame.kind == Kind.Pong) this.heartbeatAnswered();
      else if (frame.kind == Kind.Ping) this.codec.pong(frame, this.toBackend);
      else if (frame.kind == Kind.Drain) this.drain();
    }
    this.input.close();
  }

  private answer(): void {
    const stream = this.asked(frame.id);
    if (stream == null) return; // its caller has left
    this.responses++;
    meta.clear();
    const readable = this.codec.decode(frame, meta);
    forms.of(readable ? meta : null, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
    if (!readable) this.metrics.opaque.increment();
    const start = beginHeaders(out);
    writeResponseHeaders(out, readable ? meta : null, forms);
    endHeaders(out, start, stream.id, false);
    this.codec.rename(frame, stream.callerId);
    if (!this.makeRoom(stream, frame.bytes.length)) this.giveUp(stream);
    else if (this.debts.send(stream, frame.bytes, out)) this.drop(stream);
  }

  /**
   * Makes room for what the proxy's windows will not take of an answer: past the bound, who owes the most has to go.
   * False: that is the answer in hand.
   */
  private makeRoom(stream: EgressStream, length: i32): bool {
    const limits = this.settings;
    const debt = this.debts.after(stream, length);
    if (debt > limits.streamBufferBytes) return false;
    while (debt > 0 && this.debts.total + debt > limits.connectionBufferBytes) {
      const largest = this.debts.largest();
      if (largest == 0 || changetype<EgressStream>(largest).debt <= debt) return false;
      this.giveUp(changetype<EgressStream>(largest));
    }
    return true;
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
    if (!this.debts.exhausted) {
      this.stuckSince = 0;
      return;
    }
    const now = currentTimeNanoseconds();
    if (this.stuckSince == 0) this.stuckSince = now;
    if (now - this.stuckSince < STUCK_NANOSECONDS) {
      // Nothing may come by itself any more: a PING to the proxy brings our turn to send a heartbeat, and that the next look.
      this.lookWanted = true;
      return;
    }
    this.drain();
    this.failUnstarted();
  }

  private failUnstarted(): void {
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

  private tooLarge(): void {
    this.metrics.tooLarge.increment();
    const stream = frame.kind == Kind.Response ? this.asked(frame.id) : null;
    if (stream == null) return;
    this.writeFailure(out, stream.id, false, TOO_LARGE);
    this.drop(stream);
  }

  /** The backend has read all that was sent before this heartbeat. */
  private heartbeatAnswered(): void {
    this.answeredHeartbeats++;
    while (!this.oneWays.isEmpty) {
      const stream = changetype<EgressStream>(this.oneWays.first);
      if (stream.heartbeat > this.answeredHeartbeats) return;
      const start = beginHeaders(out);
      forms.of(null, this.settings.headers);
      writeOneWayHeaders(out, forms);
      endHeaders(out, start, stream.id, true);
      this.drop(stream);
    }
  }

  /** The backend takes no new requests: the proxy opens another connection, and what is under way ends here. */
  private drain(): void {
    if (this.drained) return;
    this.drained = true;
    this.metrics.drains.increment();
    writeGoAway(out, MAX_STREAM_ID, ErrorCode.None);
  }

  private writeFailure(to: Writer, id: u32, neverSent: bool, words: Slice): void {
    this.metrics.localReplies.increment();
    const start = beginHeaders(to);
    writeFailureHeaders(to, neverSent);
    endHeaders(to, start, id, false);
    writeData(to, id, words.ptr, words.length, true);
  }

  // ── The end ──

  private find(id: u32): EgressStream | null {
    const stream = this.streams.get(id);
    return stream == 0 ? null : changetype<EgressStream>(stream);
  }

  /** The stream that waits for the answer with this id. */
  private asked(id: u64): EgressStream | null {
    if (id == 0 || id > <u64>MAX_STREAM_ID) return null;
    const stream = this.find(<u32>id);
    return stream != null && stream.forwarded && !stream.oneWay && stream.debt == 0 ? stream : null;
  }

  private drop(stream: EgressStream): void {
    this.streams.delete(stream.id);
    this.debts.forget(stream);
    if (stream.oneWay && stream.forwarded) this.oneWays.remove(stream);
    stream.release();
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
    for (let i = 0; i < this.streams.slotCount; i++) {
      const stream = this.streams.at(i);
      if (stream) changetype<EgressStream>(stream).release();
    }
    this.streams.free();
    this.input.free();
    this.http2.free();
    this.toProxy.free();
    this.toBackend.free();
  }
}
