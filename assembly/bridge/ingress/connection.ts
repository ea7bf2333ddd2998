import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Cause, Codec, Failure, Frame, Kind, Metadata, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, getBuffer, log, setBuffer, setEffectiveContext } from "../../hostcalls";
import { FrameInput, Input, lengthOf, StreamTable } from "../buffers";
import { AttributeForms, isRuled, readRuled, Received, writeRequestHeaders } from "../headers";
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
  writePing,
  writeReset,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "../http2";
import { closeLater, forgetClose } from "../late-close";
import { Metrics } from "../metrics";
import { closeWhenQuiet, forgetLeaving, Leaving, QUIET_TICKS } from "../quiet-close";
import { Remaker } from "../remake";
import { Settings } from "../settings";
import { Answers } from "./answers";
import { causeOf, wordsOf } from "../cause";
import { sendDetached } from "./detached";
import { IngressStream } from "./stream";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const frame = new Frame();
const meta = new Metadata();
const forms = new AttributeForms();
const received = new Received();
const failure = new Failure();
const remaker = new Remaker();
const changed = new HeaderList();

// Of Envoy's own answers, this much is passed on as words.
const MAX_WORDS: i32 = 1024;
// A header block of ours stays below HCM's limit, and its answers' blocks are no longer.
const MAX_HEADER_BLOCK: i32 = 1048576;
// So many streams before their numbers end, the client is told to go elsewhere.
const LAST_STREAMS: u32 = 4096;
// So many bytes of answers use up half of the connection's window.
const REPLENISH: u32 = 1 << 30;

/**
 * A client's connection: a network filter in front of the HTTP connection manager. Downstream it speaks the protocol,
 * upstream it is an HTTP/2 client in the same process.
 *
 * It can write to a side only while that side's callback runs. Its voice towards the client is PING: the proxy's ACK
 * comes back at once, in a callback that writes to the client.
 */
export class IngressConnection extends NetworkContext implements Http2Events, Leaving {
  private input: FrameInput;
  private http2: Http2Receiver;
  private streams: StreamTable = new StreamTable();
  private answers: Answers;
  /** Frames for the proxy's side that wait for its callback. */
  private control: Writer = new Writer();
  private ordered: bool;
  private opened: bool = false;
  private closing: bool = false;
  private draining: bool = false;
  private pinged: bool = false;
  /** Ticks without anything under way, while it waits for a moment to leave. */
  private quiet: i32 = 0;
  private nextId: u32;
  /** The proxy takes no streams above this (GOAWAY). */
  private lastId: u32 = MAX_STREAM_ID;
  private consumed: u32 = 0;
  /** Bytes of unfinished answers that wait here. */
  private buffered: i32 = 0;
  private requests: i32 = 0;
  private responses: i32 = 0;

  constructor(
    id: i32,
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
  ) {
    super(id);
    const traits = codec.traits();
    this.ordered = traits.ordered;
    this.input = new FrameInput(codec, Peer.Client);
    this.http2 = new Http2Receiver(0, MAX_HEADER_BLOCK);
    this.answers = new Answers(traits.ordered);
    this.nextId = settings.firstStreamId;
  }

  onNewConnection(): FilterStatus {
    this.metrics.connectionsActive.add(1);
    return FilterStatus.Continue;
  }

  // ── From the client: frames become requests ──

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    out.reset();
    this.quiet = 0;
    if (size > 0 && !this.closing) this.takeFrames(getBuffer(BufferType.DownstreamData, 0, size));
    if (this.control.length > 0) {
      out.bytes(this.control.view());
      this.control.free();
    }
    if (this.answers.waiting && !this.pinged && this.opened) {
      writePing(out, false, 0);
      this.pinged = true;
    }
    if (size > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    if (this.requests > 0) this.metrics.requests.increment(this.requests);
    this.requests = 0;
    return out.length > 0 || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
  }

  private takeFrames(bytes: Slice): void {
    if (!this.opened) this.open();
    this.input.open(bytes);
    const maxBytes = this.settings.maxFrameBytes;
    while (true) {
      const found = this.input.next(frame, maxBytes);
      if (found == Input.More) break;
      if (found == Input.Frame && this.takeFrame()) continue;
      if (found == Input.TooLarge) {
        this.metrics.tooLarge.increment();
        if (frame.kind == Kind.Request) this.refuse(Cause.TooLarge);
        continue;
      }
      this.metrics.badFrames.increment();
      this.close();
      break;
    }
    this.input.close();
  }

  /** Begins as HTTP/2 clients do, and acknowledges at once the SETTINGS that the proxy is about to send. */
  private open(): void {
    this.opened = true;
    out.bytes(PREFACE);
    writeSettings(out, Setting.HeaderTableSize, 0, Setting.InitialWindowSize, <u32>MAX_WINDOW);
    writeWindowUpdate(out, 0, <u32>(MAX_WINDOW - FIRST_WINDOW));
    writeSettingsAck(out);
  }

  /** False for a frame that no client may send. */
  private takeFrame(): bool {
    const kind = frame.kind;
    if (kind == Kind.Request || kind == Kind.OneWay || kind == Kind.Opaque) {
      this.request();
    } else if (kind == Kind.Ping) {
      this.metrics.pings.increment();
      this.codec.pong(frame, this.answers.draft);
      this.answers.queue(frame);
    } else if (kind == Kind.Response) {
      return false;
    }
    return true;
  }

  private request(): void {
    this.requests++;
    meta.clear();
    const readable = frame.kind != Kind.Opaque && this.codec.decode(frame, meta);
    const known: Metadata | null = readable ? meta : null;
    if (!readable && this.settings.refuseUnknown) {
      this.metrics.refused.increment();
      if (frame.kind != Kind.OneWay) this.refuse(Cause.Unreadable);
      return;
    }
    if (!readable) this.metrics.opaque.increment();
    forms.of(known, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
    if (frame.kind != Kind.OneWay) {
      this.pass(known, false);
      return;
    }
    this.metrics.oneWay.increment();
    const cluster = this.settings.oneWayCluster;
    if (cluster == null || !sendDetached(cluster, known, forms, frame.bytes)) this.pass(known, true);
  }

  /** Passes the request in hand on, as a stream of this connection. */
  private pass(known: Metadata | null, oneWay: bool): void {
    if (this.nextId > this.lastId) {
      if (!oneWay) this.refuse(Cause.Unavailable);
      return;
    }
    const id = this.nextId;
    this.nextId += 2;
    const timeoutMs = known != null && this.settings.deadline ? known.timeoutMs : 0;
    const start = beginHeaders(out);
    writeRequestHeaders(out, known, forms, oneWay, timeoutMs);
    endHeaders(out, start, id, false);
    writeData(out, id, frame.bytes.ptr, frame.bytes.length, true);
    const stream = IngressStream.take(id, frame);
    stream.oneWay = oneWay;
    this.streams.set(id, changetype<usize>(stream));
    this.answers.expect(stream);
    if (this.nextId > MAX_STREAM_ID - 2 * LAST_STREAMS) this.numbersEnd();
  }

  /** Answers the frame in hand ourselves. */
  private refuse(cause: Cause): void {
    this.metrics.localReplies.increment();
    failure.set(cause, 0, wordsOf(cause));
    this.codec.fail(frame, failure, this.answers.draft);
    this.answers.queue(frame);
  }

  /** The numbers of streams run out: the client is asked to open another connection. */
  private numbersEnd(): void {
    if (this.drain(this.answers.draft)) this.answers.queue(frame);
  }

  /** Asks the client once to go elsewhere. True: in words that have to go out. */
  private drain(to: Writer): bool {
    if (this.draining) return false;
    this.draining = true;
    this.metrics.drains.increment();
    const told = this.codec.drain(to);
    if (!told) closeWhenQuiet(this);
    return told;
  }

  // ── From the proxy: answers become frames ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0 && !this.answers.waiting) return FilterStatus.Continue;
    out.reset();
    if (size > 0 && !this.http2.receive(getBuffer(BufferType.UpstreamData, 0, size), this)) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    this.answers.flush(out);
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.responses > 0) this.metrics.responses.increment(this.responses);
    this.responses = 0;
    if (this.nextId > MAX_STREAM_ID && this.isIdle) closeLater(this.id);
    return FilterStatus.Continue;
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    const stream = this.find(id);
    if (stream == null) return;
    if (stream.status == 0) {
      received.read(headers);
      if (received.status < 200) return;
      stream.status = received.status;
      stream.marked = received.marked;
      const ruled = !received.marked && isRuled(headers);
      if (ruled || (received.marked && !received.untouched && !received.opaque)) stream.keepHeaders(headers);
    }
    if (endStream) this.finish(stream, Slice.empty());
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    this.replenish(bytes.length);
    const stream = this.find(id);
    if (stream == null) return;
    if (endStream && stream.bodyLength == 0) {
      this.finish(stream, bytes);
      return;
    }
    if (this.keep(stream, bytes) && endStream) this.finish(stream, stream.body());
  }

  /** Adds to an answer that is not whole yet. False: it is too much, and the client has an error in its place. */
  private keep(stream: IngressStream, bytes: Slice): bool {
    if (!stream.marked) {
      const room = max(0, MAX_WORDS - stream.bodyLength);
      if (room < bytes.length) bytes = Slice.view(bytes.ptr, room);
    } else if (stream.bodyLength == 0) {
      stream.reserve(lengthOf(this.codec, Peer.Server, bytes, this.settings.maxFrameBytes));
    }
    stream.append(bytes);
    this.buffered += bytes.length;
    const limits = this.settings;
    if (stream.bodyLength <= limits.streamBufferBytes && this.buffered <= limits.reassemblyBytes) return true;
    this.metrics.bufferOverflows.increment();
    writeReset(this.control, stream.id, ErrorCode.Cancel);
    stream.marked = false;
    stream.status = 413;
    this.finish(stream, Slice.empty());
    return false;
  }

  onReset(id: u32, code: u32): void {
    const stream = this.find(id);
    if (stream == null) return;
    this.metrics.streamsReset.increment();
    stream.marked = false;
    stream.status = 503;
    this.finish(stream, Slice.empty());
  }

  /** An answer is complete. */
  private finish(stream: IngressStream, body: Slice): void {
    this.streams.delete(stream.id);
    this.buffered -= stream.bodyLength;
    if (stream.oneWay) {
      stream.release();
      return;
    }
    const start = out.length;
    this.responses++;
    if (!stream.marked) this.writeFailure(stream, causeOf(stream.status), stream.status, body);
    else if (stream.recallHeaders(changed)) this.writeChanged(body);
    else out.bytes(body);
    this.answers.settle(stream, out, start);
  }

  private writeChanged(body: Slice): void {
    const scanned = remaker.scan(this.codec, Peer.Server, body, frame);
    out.bytes(scanned ? remaker.apply(this.codec, frame, changed, this.settings.headers, this.metrics) : body);
  }

  private writeFailure(stream: IngressStream, cause: Cause, status: i32, words: Slice): void {
    this.metrics.localReplies.increment();
    stream.recall(frame);
    if (words.length > MAX_WORDS) words = Slice.view(words.ptr, MAX_WORDS);
    failure.set(cause, status, words.length > 0 ? words : wordsOf(cause));
    if (stream.recallHeaders(changed)) readRuled(changed, failure);
    this.codec.fail(frame, failure, out);
  }

  /** HTTP/2's connection window is for all answers together: give back what they used, when next we can. */
  private replenish(length: i32): void {
    this.consumed += <u32>length;
    if (this.consumed < REPLENISH) return;
    writeWindowUpdate(this.control, 0, this.consumed);
    this.consumed = 0;
  }

  onGoAway(lastStream: u32): void {
    this.lastId = lastStream;
    this.drain(out);
  }

  onPong(): void {
    this.pinged = false;
  }

  onPing(data: u64): void {
    writePing(this.control, true, data);
  }

  onSettings(): void {}

  onInitialWindow(size: u32): void {}

  onWindowUpdate(stream: u32, increment: u32): void {}

  // ── The end ──

  private get isIdle(): bool {
    return this.streams.length == 0 && !this.answers.waiting && !this.input.isPartial;
  }

  leave(): bool {
    this.quiet = this.isIdle ? this.quiet + 1 : 0;
    if (this.quiet < QUIET_TICKS) return false;
    setEffectiveContext(this.id);
    this.close();
    return true;
  }

  private close(): void {
    if (this.closing) return;
    this.closing = true;
    closeStream(StreamType.Downstream);
  }

  private find(id: u32): IngressStream | null {
    const stream = this.streams.get(id);
    return stream == 0 ? null : changetype<IngressStream>(stream);
  }

  onDownstreamClose(peer: PeerType): void {
    this.closing = true;
  }

  onDelete(): void {
    this.metrics.connectionsActive.add(-1);
    if (this.draining) forgetLeaving(this);
    forgetClose(this.id);
    for (let i = 0; i < this.streams.slotCount; i++) {
      const stream = this.streams.at(i);
      if (stream == 0) continue;
      // In an ordered protocol the line owns those that it knows.
      if (!this.ordered || changetype<IngressStream>(stream).oneWay) changetype<IngressStream>(stream).release();
    }
    this.streams.free();
    this.answers.free();
    this.input.free();
    this.http2.free();
    this.control.free();
  }
}
