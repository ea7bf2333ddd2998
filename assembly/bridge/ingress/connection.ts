import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Answers as PartAnswers, Cause, Codec, Failure, Frame, Kind, Metadata, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, continueStream, currentTimeNanoseconds, getBuffer, log, setBuffer } from "../../hostcalls";
import { FrameInput, Input, lengthOf, StreamTable } from "../buffers";
import { Flow, FlowClient, Flows, Passed } from "../flow";
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
import { callLater, closeLater, forgetLater, Leaving, leaveWhenQuiet, Turn } from "../later";
import { Metrics } from "../metrics";
import { Remaker } from "../remake";
import { Settings } from "../settings";
import { Answers } from "./answers";
import { causeOf, wordsOf } from "../cause";
import { sendDetached } from "./detached";
import { Pin, Pinned } from "./pin";
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
const part = new Frame();
const partBytes = new Writer();
const partAnswers = new PartAnswers();

// Of Envoy's own answers, this much is passed on as words.
const MAX_WORDS: i32 = 1024;
// A header block of ours stays below HCM's limit, and its answers' blocks are no longer.
const MAX_HEADER_BLOCK: i32 = 1048576;
// So many streams before their numbers end, the client is told to go elsewhere.
const LAST_STREAMS: u32 = 4096;
// Room in a stream's window beyond the largest frame; HCM's window is that large where requests pin (see ../README.md).
const SPARE: u64 = 1048576;
// A client that cannot be told to go elsewhere is left once nothing has been under way for so long.
const QUIET_NANOSECONDS: u64 = 100_000_000;
// So many bytes of answers use up half of the connection's window.
const REPLENISH: u32 = 1 << 30;

/**
 * A client's connection: a network filter in front of the HTTP connection manager. Downstream it speaks the protocol,
 * upstream it is an HTTP/2 client in the same process.
 *
 * It can write to a side only while that side's callback runs. Its voice towards the client is PING: the proxy's ACK
 * comes back at once, in a callback that writes to the client. Towards the proxy it can say something without a word from
 * the client only where the client's last bytes were stopped: their buffer may be written to until the next come.
 */
export class IngressConnection extends NetworkContext implements Http2Events, Leaving, Turn, FlowClient {
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
  /** A session is to be told to end. */
  private leaveWanted: bool = false;
  private pinged: bool = false;
  /** Since when nothing is under way, while it waits for a moment to leave; zero: something is, or was just now. */
  private quietSince: u64 = 0;
  private nextId: u32;
  /** The proxy takes no streams above this (GOAWAY). */
  private lastId: u32 = MAX_STREAM_ID;
  private consumed: u32 = 0;
  /** Bytes of unfinished answers that wait here. */
  private buffered: i32 = 0;
  /** Where requests pin: the connection is bound to one server. */
  private pin: Pin | null = null;
  private pins: bool;
  /** On the flow lane: the streams that carry requests. */
  private flows: Flows | null = null;
  /** HCM's initial window for streams. */
  private window: i32;
  /** The client's bytes wait, for earlier answers or for a session's server, unread in the connection's buffer. */
  private waits: bool = false;
  /** The last bytes from the client were stopped: so the buffer may be written to in any callback. */
  private stopped: bool = false;
  /** What HCM had no window for may go on. */
  private resume: bool = false;
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
    this.pins = traits.pins;
    this.window = <i32>min(settings.maxFrameBytes + SPARE, <u64>MAX_WINDOW);
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
    if (this.waits && !this.ready && !this.closing) return FilterStatus.StopIteration;
    this.waits = false;
    out.reset();
    this.quietSince = 0;
    const flows = this.flows;
    if (flows != null) flows.begin();
    if (size > 0 && !this.closing) this.take(getBuffer(BufferType.DownstreamData, 0, size));
    const goes = this.handOn(size);
    this.stopped = this.waits || this.pin != null || this.flows != null;
    if (!this.stopped) return goes || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
    // What stops here may be written to in any callback from now on.
    if (goes) continueStream(StreamType.Downstream);
    return FilterStatus.StopIteration;
  }

  /** Takes the client's bytes, or those that waited. */
  private take(bytes: Slice): void {
    if (!this.opened) this.open();
    const pin = this.pin;
    if (pin == null) {
      this.takeFrames(bytes);
      return;
    }
    const tunnel = pin.tunnel;
    const held = min(tunnel.held, bytes.length);
    out.copy(bytes.ptr, held);
    const rest = this.input.takeRest();
    const good =
      tunnel.fromClient(rest, out) && tunnel.fromClient(Slice.view(bytes.ptr + <usize>held, bytes.length - held), out);
    if (good) return;
    this.metrics.badFrames.increment();
    this.close();
  }

  /** Puts what is for the proxy into the client's buffer, in the place of `size` bytes. False: none of it may go. */
  private handOn(size: i32): bool {
    if (this.control.length > 0) {
      out.bytes(this.control.view());
      this.control.free();
    }
    const pin = this.pin;
    const flows = this.flows;
    const overdue = flows != null && flows.overdue;
    if (
      this.opened &&
      !this.pinged &&
      (overdue || this.answers.waiting || (pin != null && pin.tunnel.answers.length > 0))
    ) {
      writePing(out, false, 0);
      this.pinged = true;
    }
    if (size > 0 || out.length > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    if (this.requests > 0) this.metrics.requests.increment(this.requests);
    this.requests = 0;
    return out.length > 0 && (pin == null || pin.tunnel.mayGo(out.length));
  }

  private takeFrames(bytes: Slice): void {
    this.input.open(bytes);
    const maxBytes = this.settings.maxFrameBytes;
    const flows = this.flows;
    if (flows != null && !flows.goOn(out)) this.waits = true;
    while (!this.waits) {
      const found = this.input.next(frame, maxBytes);
      if (found == Input.More) break;
      if (found == Input.Frame && this.takeFrame()) continue;
      if (found == Input.TooLarge) {
        this.metrics.tooLarge.increment();
        if (isAnswered(frame.kind)) this.refuse(Cause.TooLarge);
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
      if (this.nextId > MAX_STREAM_ID - 2 * LAST_STREAMS) this.askToLeave();
    } else if (kind == Kind.Ping) {
      this.metrics.pings.increment();
      this.codec.pong(frame, this.answers.draft);
      this.answers.queue(frame);
    } else if (kind == Kind.Local) {
      this.metrics.localReplies.increment();
      this.codec.answer(frame, this.answers.draft);
      this.answers.queue(frame);
    } else if (kind == Kind.Session) {
      this.bind();
    } else if (kind == Kind.Response) {
      return false;
    }
    return true;
  }

  private request(): void {
    this.requests++;
    const parts = this.settings.sharded && this.ordered && frame.kind == Kind.Request ? this.codec.parts(frame) : 1;
    if (parts > 1) {
      this.split(parts);
      return;
    }
    if (parts == 0) {
      this.metrics.localReplies.increment();
      this.codec.answer(frame, this.answers.draft);
      this.answers.queue(frame);
      return;
    }
    const known = this.read(frame);
    if (known == null && this.settings.refuseUnknown) {
      this.metrics.refused.increment();
      if (frame.kind != Kind.OneWay) this.refuse(Cause.Unreadable);
      return;
    }
    if (known == null) this.metrics.opaque.increment();
    if (known != null && frame.kind == Kind.Request && this.settings.flow.on) {
      this.passByFlow();
      return;
    }
    this.spell(known);
    if (frame.kind != Kind.OneWay) {
      if (this.nextId > this.lastId) this.refuse(Cause.Unavailable);
      else this.answers.expect(this.pass(frame, known, false));
      return;
    }
    this.metrics.oneWay.increment();
    const cluster = this.settings.oneWayCluster;
    if (cluster != null && sendDetached(cluster, known, forms, frame.bytes)) return;
    if (this.nextId <= this.lastId) this.pass(frame, known, true);
  }

  /** What a request says of itself. Null: it cannot be read. */
  private read(request: Frame): Metadata | null {
    meta.clear();
    const readable = request.kind != Kind.Opaque && this.codec.decode(request, meta);
    return readable ? meta : null;
  }

  /** Into `forms`, what the request at hand says of itself as headers. */
  private spell(known: Metadata | null): void {
    forms.of(known, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
  }

  /** Passes the request in hand on as so many, whose answers are joined: all of them, or none. */
  private split(parts: i32): void {
    if (parts > this.settings.maxParts || <u64>this.nextId + <u64>parts * 2 > <u64>this.lastId) {
      this.refuse(parts > this.settings.maxParts ? Cause.TooLarge : Cause.Unavailable);
      return;
    }
    const whole = IngressStream.take(0, frame);
    whole.split(parts);
    this.answers.expect(whole);
    for (let i = 0; i < parts; i++) {
      partBytes.reset();
      this.codec.part(frame, i, partBytes);
      remaker.scan(this.codec, Peer.Client, partBytes.view(), part);
      const known = this.read(part);
      this.spell(known);
      const stream = this.pass(part, known, false);
      stream.whole = changetype<usize>(whole);
      stream.index = i;
    }
  }

  /** Passes the request in hand on by the stream of its routing key. */
  private passByFlow(): void {
    let flows = this.flows;
    if (flows == null) {
      flows = new Flows(this.codec, this.settings, this.metrics, this, this.control);
      flows.onInitialWindow(<u32>this.window);
      this.flows = flows;
    }
    const passed = flows.pass(frame, meta, out);
    if (passed == Passed.Whole) return;
    if (passed == Passed.Full) this.refuse(Cause.Limited);
    else if (passed == Passed.Ended) this.refuse(Cause.Unavailable);
    else this.waits = true;
    if (passed != Passed.Wait) return;
    this.requests--;
    this.input.putBack(frame);
  }

  // ── For flows ──

  nextStream(): u32 {
    if (this.nextId > this.lastId) return 0;
    const id = this.nextId;
    this.nextId += 2;
    return id;
  }

  place(request: Frame): usize {
    if (!this.ordered) return 0;
    const stream = IngressStream.take(0, request);
    this.answers.expect(stream);
    return changetype<usize>(stream);
  }

  settle(place: usize, out: Writer, start: i32): void {
    this.answers.settle(changetype<IngressStream>(place), out, start);
  }

  wake(): void {
    if (this.closing || !this.stopped || this.pinged) return;
    out.reset();
    const bytes = getBuffer(BufferType.DownstreamData, 0, i32.MAX_VALUE);
    this.waits = false;
    this.takeFrames(bytes);
    if (this.handOn(bytes.length)) continueStream(StreamType.Downstream);
  }

  /** Binds the connection to a server, once nothing is owed to the client. What follows waits for that server. */
  private bind(): void {
    this.waits = true;
    if (!this.nothingOwed) {
      this.input.putBack(frame);
      return;
    }
    if (!this.pins || this.nextId > this.lastId) {
      this.waits = false;
      this.refuse(Cause.Unavailable);
      return;
    }
    meta.clear();
    const readable = this.codec.decode(frame, meta);
    const pin = new Pin(this.nextId, this.codec, this.metrics.sessions, frame, this.window);
    this.nextId += 2;
    this.pin = pin;
    this.requests++;
    if (pin.open(readable ? meta : null, frame.bytes, this.settings, out)) return;
    this.metrics.badFrames.increment();
    this.close();
  }

  /** Passes a request on, as a stream of this connection; there is a number for it. */
  private pass(request: Frame, known: Metadata | null, oneWay: bool): IngressStream {
    const id = this.nextId;
    this.nextId += 2;
    const timeoutMs = known != null && this.settings.deadline ? known.timeoutMs : 0;
    const start = beginHeaders(out);
    writeRequestHeaders(out, known, forms, oneWay, timeoutMs);
    endHeaders(out, start, id, false);
    writeData(out, id, request.bytes.ptr, request.bytes.length, true);
    const stream = IngressStream.take(id, request);
    stream.oneWay = oneWay;
    this.streams.set(id, changetype<usize>(stream));
    return stream;
  }

  /** Answers the frame in hand ourselves. */
  private refuse(cause: Cause): void {
    this.metrics.localReplies.increment();
    failure.set(cause, 0, wordsOf(cause));
    this.codec.fail(frame, failure, this.answers.draft);
    this.answers.queue(frame);
  }

  /** The numbers of streams run out: the client is asked to open another connection. */
  private askToLeave(): void {
    if (this.drain(this.answers.draft)) this.answers.queue(frame);
  }

  /** Asks the client once to go elsewhere. True: in words that have to go out. */
  private drain(to: Writer): bool {
    if (this.draining) return false;
    this.draining = true;
    this.metrics.drains.increment();
    const told = this.codec.drain(to);
    if (!told) leaveWhenQuiet(this);
    return told;
  }

  // ── From the proxy: answers become frames ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0 && !this.answers.waiting) return FilterStatus.Continue;
    out.reset();
    const flows = this.flows;
    if (flows != null) flows.begin();
    if (size > 0 && !this.http2.receive(getBuffer(BufferType.UpstreamData, 0, size), this)) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    if (flows != null) flows.expire(out);
    this.writeAnswers();
    if (flows != null) this.responses += flows.answered;
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.responses > 0) this.metrics.responses.increment(this.responses);
    this.responses = 0;
    if (this.nextId > MAX_STREAM_ID && this.isIdle) closeLater(this.id);
    if (this.stopped && !this.closing && this.mayGoOn) callLater(this);
    return FilterStatus.Continue;
  }

  /** Writes what waits to go to the client; not into a server's message. */
  private writeAnswers(): void {
    const pin = this.pin;
    if (pin == null) {
      this.answers.flush(out);
      return;
    }
    const tunnel = pin.tunnel;
    if (tunnel.atBoundary && tunnel.answers.length > 0) {
      out.bytes(tunnel.answers.view());
      tunnel.answers.free();
    }
    if (this.leaveWanted && tunnel.drain(out)) pin.state = Pinned.Broken;
    tunnel.replenish(this.control);
    if (pin.state == Pinned.Broken || tunnel.refused) this.closeSoon();
    if (pin.release(this.control) || pin.state == Pinned.Over) this.unbind(pin);
  }

  private unbind(pin: Pin): void {
    this.pin = null;
    this.waits = true; // until our turn, which takes what the client has sent meanwhile
    this.input.open(pin.tunnel.takeRest());
    this.input.close();
    pin.free();
    if (this.leaveWanted) this.askToLeave();
  }

  /** May what waited be taken? */
  private get ready(): bool {
    if (!this.waits) return false;
    const flows = this.flows;
    if (flows != null && flows.blocked) return flows.ready;
    const pin = this.pin;
    return pin == null ? this.nothingOwed : pin.state == Pinned.Open;
  }

  /** Is there anything for the proxy? Bytes that still wait are behind it, and would go along. */
  private get mayGoOn(): bool {
    if (this.ready || this.resume) return true;
    const pin = this.pin;
    return this.control.length > 0 && !this.waits && (pin == null || pin.tunnel.held == 0);
  }

  contextId(): i32 {
    return this.id;
  }

  /** Without a word from the client: takes what waited, and writes to the proxy what has come up. */
  onTurn(): void {
    if (this.closing || !this.stopped || !this.mayGoOn) return;
    const ready = this.ready;
    this.resume = false;
    if (ready) this.waits = false;
    out.reset();
    const bytes = getBuffer(BufferType.DownstreamData, 0, i32.MAX_VALUE);
    if (ready) this.take(bytes);
    else out.bytes(bytes);
    if (this.handOn(bytes.length)) continueStream(StreamType.Downstream);
  }

  /** Is every request of the client's answered, down to the last byte? */
  private get nothingOwed(): bool {
    return this.streams.length == 0 && this.answers.allGone;
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    const flow = this.flowOf(id);
    if (flow != null) {
      this.flows!.onHeaders(flow, headers, endStream, out);
      return;
    }
    const pin = this.pin;
    if (pin != null && pin.stream == id) {
      pin.onHeaders(headers, endStream, out);
      return;
    }
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
    const flow = this.flowOf(id);
    if (flow != null) {
      this.flows!.onData(flow, bytes, endStream, out);
      return;
    }
    const pin = this.pin;
    if (pin != null && pin.stream == id) {
      if (pin.onData(bytes, endStream, out)) return;
      this.metrics.badFrames.increment();
      log(LogLevel.Warn, "what the server of a session sends cannot be read; closing the connection");
      this.closeSoon();
      return;
    }
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
    const flow = this.flowOf(id);
    if (flow != null) {
      this.flows!.onReset(flow, out);
      return;
    }
    const pin = this.pin;
    if (pin != null && pin.stream == id) {
      pin.onReset(out);
      return;
    }
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
    if (stream.whole == 0) this.answers.settle(stream, out, start);
    else this.finishPart(stream, start);
  }

  /** A part's answer stands in `out` from `start` on; it waits for those to the others. */
  private finishPart(stream: IngressStream, start: i32): void {
    const whole = changetype<IngressStream>(stream.whole);
    if (this.buffered + out.length - start > this.settings.reassemblyBytes) {
      this.metrics.bufferOverflows.increment();
      out.truncate(start);
      this.writeFailure(stream, Cause.TooLarge, 413, wordsOf(Cause.TooLarge));
    }
    stream.freeBody();
    stream.append(Slice.view(out.ptr + <usize>start, out.length - start));
    out.truncate(start);
    this.buffered += stream.bodyLength;
    whole.answered(stream);
    if (whole.left > 0) return;
    this.buffered -= whole.answersInto(partAnswers);
    whole.recall(frame);
    this.codec.join(frame, partAnswers, out);
    whole.releaseParts();
    this.answers.settle(whole, out, start);
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
    const flows = this.flows;
    // Before its last word the proxy takes new streams still; and when there are none any more, it closes.
    if (flows != null && lastStream < MAX_STREAM_ID) flows.retireAll();
    if (this.pin == null) this.drain(out);
    else this.leaveWanted = true;
  }

  onPong(): void {
    this.pinged = false;
  }

  onPing(data: u64): void {
    writePing(this.control, true, data);
  }

  onSettings(): void {}

  onInitialWindow(size: u32): void {
    this.window = <i32>min(size, <u32>MAX_WINDOW);
    const flows = this.flows;
    if (flows != null) flows.onInitialWindow(size);
    const pin = this.pin;
    if (pin != null && pin.tunnel.initialWindow(size)) this.resume = true;
  }

  onWindowUpdate(stream: u32, increment: u32): void {
    const flow = this.flowOf(stream);
    if (flow != null) {
      flow.credit += increment;
      return;
    }
    const pin = this.pin;
    if (pin != null && pin.stream == stream && pin.tunnel.earn(increment)) this.resume = true;
  }

  // ── The end ──

  private get isIdle(): bool {
    const flows = this.flows;
    if (flows != null && !flows.idle) return false;
    return this.streams.length == 0 && this.pin == null && !this.answers.waiting && !this.input.isPartial;
  }

  leave(): bool {
    const now = currentTimeNanoseconds();
    if (!this.isIdle) this.quietSince = 0;
    else if (this.quietSince == 0) this.quietSince = now;
    if (this.quietSince == 0 || now - this.quietSince < QUIET_NANOSECONDS) return false;
    this.close();
    return true;
  }

  private close(): void {
    if (this.closing) return;
    this.closing = true;
    closeStream(StreamType.Downstream);
  }

  /** The connection closes once what was written has gone out. */
  private closeSoon(): void {
    if (this.closing) return;
    this.closing = true;
    closeLater(this.id);
  }

  private flowOf(id: u32): Flow | null {
    const flows = this.flows;
    return flows == null ? null : flows.get(id);
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
    forgetLater(this.id);
    const pin = this.pin;
    if (pin != null) pin.free();
    const flows = this.flows;
    if (flows != null) flows.free();
    for (let i = 0; i < this.streams.slotCount; i++) {
      const stream = this.streams.at(i);
      if (stream == 0) continue;
      // In an ordered protocol the line owns those that it knows.
      const owned =
        this.ordered && !changetype<IngressStream>(stream).oneWay && changetype<IngressStream>(stream).whole == 0;
      if (!owned) changetype<IngressStream>(stream).release();
    }
    this.streams.free();
    this.answers.free();
    this.input.free();
    this.http2.free();
    this.control.free();
  }
}

/** Does a client wait for an answer to a frame of this kind, whoever gives it? */
function isAnswered(kind: Kind): bool {
  return kind == Kind.Request || kind == Kind.Local || kind == Kind.Session;
}
