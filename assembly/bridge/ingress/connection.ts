import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Cause, Codec, Frame, Kind, Metadata, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, continueStream, getBuffer, log, setBuffer } from "../../hostcalls";
import { FrameInput, Input } from "../buffers";
import { newMoment } from "../clock";
import { Flows, Passed } from "../flow";
import { Http2Receiver, MAX_WINDOW, writePing } from "../http2";
import { callLater, closeLater, forgetLater, Turn, Watching } from "../later";
import { Metrics } from "../metrics";
import { Settings } from "../settings";
import { Allowance } from "./allowance";
import { ANSWER_TABLE_SIZE, AnswerWindow } from "./answer-window";
import { Answers } from "./answers";
import { FlowSide, Wakeable } from "./flow-side";
import { FromProxy } from "./from-proxy";
import { Goodbye } from "./goodbye";
import { Pin, Pinned } from "./pin";
import { Requests } from "./requests";
import { Responses } from "./responses";
import { IngressStreams } from "./streams";
import { Waiting } from "./waiting";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const frame = new Frame();
const meta = new Metadata();

// A header block of ours stays below HCM's limit, and its answers' blocks are no longer.
const MAX_HEADER_BLOCK: i32 = 1048576;
// Room in a stream's window beyond the largest frame; HCM's window is that large where requests pin (see ../README.md).
const SPARE: u64 = 1048576;
// So many bytes of requests may wait for room. What goes takes the connection's whole buffer along, 1 MiB by Envoy's default:
// so past this, requests go on although they are more than the bound, by what that buffer holds at most.
const MOST_HELD: i32 = 2097152;

/**
 * A client's connection: a network filter in front of the HTTP connection manager. Downstream it speaks the protocol,
 * upstream it is an HTTP/2 client in the same process.
 *
 * It can write to a side only while that side's callback runs. Its voice towards the client is PING: the proxy's ACK
 * comes back at once, in a callback that writes to the client. Towards the proxy it can say something without a word from
 * the client only where the client's last bytes were stopped: their buffer may be written to until the next come.
 */
export class IngressConnection extends NetworkContext implements Turn, Watching, Wakeable {
  private input: FrameInput;
  private http2: Http2Receiver;
  private streams: IngressStreams;
  private answers: Answers;
  private requests: Requests;
  private responses: Responses;
  private allowance: Allowance;
  private answerWindow: AnswerWindow;
  /** Frames for the proxy's side that wait for its callback. */
  private control: Writer;
  private closing: bool = false;
  private goodbye: Goodbye;
  private fromProxy: FromProxy;
  private pins: bool;
  private flowSide: FlowSide;
  private waiting: Waiting = Waiting.Nothing;
  /** The last bytes from the client were stopped: so the buffer may be written to in any callback. */
  private stopped: bool = false;

  constructor(
    id: i32,
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
  ) {
    super(id);
    const traits = codec.traits();
    this.pins = traits.pins;
    const window = <i32>min(settings.maxFrameBytes + SPARE, <u64>MAX_WINDOW);
    this.input = new FrameInput(codec, Peer.Client);
    this.http2 = new Http2Receiver(ANSWER_TABLE_SIZE, MAX_HEADER_BLOCK);
    const streams = new IngressStreams(settings.firstStreamId);
    const answers = new Answers(traits.ordered);
    const control = new Writer();
    const responses = new Responses(codec, settings, metrics, streams, answers, control);
    const requests = new Requests(codec, settings, metrics, streams, answers, control);
    const goodbye = new Goodbye(codec, metrics);
    const side = new FlowSide(id, window, traits.ordered, streams, answers, goodbye);
    const credit = new AnswerWindow();
    this.fromProxy = new FromProxy(requests, responses, streams, credit, goodbye, side, metrics, out, control);
    this.allowance = new Allowance(traits.ordered, settings, streams, answers, responses);
    this.answerWindow = credit;
    this.requests = requests;
    this.flowSide = side;
    this.goodbye = goodbye;
    this.streams = streams;
    this.answers = answers;
    this.control = control;
    this.responses = responses;
    this.fromProxy.connection = this;
    this.flowSide.connection = this;
  }

  onNewConnection(): FilterStatus {
    this.metrics.connectionsActive.add(1);
    return FilterStatus.Continue;
  }

  // ── From the client: frames become requests ──

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    newMoment();
    if (this.waits && !this.ready && !this.closing) return FilterStatus.StopIteration;
    this.waiting = Waiting.Nothing;
    out.reset();
    this.goodbye.disturb();
    const flows = this.flows;
    if (flows != null) flows.begin();
    if (size > 0 && !this.closing) this.take(getBuffer(BufferType.DownstreamData, 0, size));
    const goes = this.handOn(size);
    this.stopped = this.waits || this.fromProxy.pin != null || this.flows != null;
    if (!this.stopped) return goes || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
    // What stops here may be written to in any callback from now on; what goes does so once this one has returned.
    if (goes) continueStream(StreamType.Downstream);
    return FilterStatus.StopIteration;
  }

  /** Takes the client's bytes, or those that waited. */
  private take(bytes: Slice): void {
    this.answerWindow.open(out);
    const pin = this.fromProxy.pin;
    if (pin == null) {
      this.takeFrames(bytes);
    } else if (!pin.fromClient(this.input.takeRest(), bytes, out)) {
      this.metrics.badFrames.increment();
      this.close();
    }
  }

  /** Puts what is for the proxy into the client's buffer, in the place of `size` bytes. False: none of it may go. */
  private handOn(size: i32): bool {
    this.answerWindow.write(out);
    if (this.control.length > 0) {
      out.bytes(this.control.view());
      this.control.free();
    }
    const pin = this.fromProxy.pin;
    const flows = this.flows;
    const overdue = flows != null && flows.overdue;
    const speaks = overdue || this.answers.waiting || (pin != null && pin.tunnel.answers.length > 0);
    if (speaks && !this.fromProxy.pinged && this.answerWindow.isOpen) {
      writePing(out, false, 0);
      this.fromProxy.pinged = true;
    }
    if (size > 0 || out.length > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    if (this.requests.count > 0) this.metrics.requests.increment(this.requests.count);
    this.requests.count = 0;
    this.metrics.calls.flush();
    return out.length > 0 && (pin == null || pin.tunnel.mayGo(out.length));
  }

  private takeFrames(bytes: Slice): void {
    this.input.open(bytes);
    const maxBytes = this.settings.maxFrameBytes;
    const flows = this.flows;
    if (flows != null && !flows.goOn(out)) this.waiting = Waiting.Flow;
    while (!this.waits && !(this.allowance.isUsed && this.input.left <= MOST_HELD)) {
      const found = this.input.next(frame, maxBytes);
      if (found == Input.More) break;
      if (found == Input.Frame && this.takeFrame()) continue;
      if (found == Input.TooLarge) {
        this.requests.refuseTooLarge(frame);
        continue;
      }
      this.metrics.badFrames.increment();
      this.close();
      break;
    }
    this.input.close();
    if (!this.waits && this.allowance.isUsed) this.waiting = Waiting.Room;
  }

  /** False for a frame that no client may send. */
  private takeFrame(): bool {
    const kind = frame.kind;
    if (kind == Kind.Request || kind == Kind.OneWay || kind == Kind.Opaque) {
      const passed = this.requests.take(frame, this.flowSide, out);
      if (passed == Passed.Wait) this.input.putBack(frame);
      if (passed != Passed.Whole) this.waiting = Waiting.Flow;
      if (this.streams.runOut) this.askToLeave();
    } else if (kind == Kind.Ping) {
      this.metrics.pings.increment();
      this.codec.pong(frame, this.answers.draft);
      this.answers.queue(frame);
    } else if (kind == Kind.Local) {
      this.requests.answer(frame);
      if (frame.last) this.waiting = Waiting.End;
    } else if (kind == Kind.Session) {
      this.bind();
    } else if (kind == Kind.Response) {
      return false;
    }
    return true;
  }

  /** Binds the connection to a server, once nothing is owed to the client. What follows waits for that server. */
  private bind(): void {
    if (!this.nothingOwed) {
      this.input.putBack(frame);
      this.waiting = Waiting.Answers;
      return;
    }
    if (!this.pins || !this.streams.has(1)) {
      this.requests.refuse(frame, Cause.Unavailable);
      return;
    }
    meta.clear();
    const readable = this.codec.decode(frame, meta);
    const stream = this.streams.takeId();
    const pin = new Pin(stream, this.codec, this.metrics.sessions, frame, this.flowSide.window, this.settings.tap);
    this.fromProxy.pin = pin;
    this.waiting = Waiting.Server;
    this.requests.count++;
    if (pin.open(readable ? meta : null, frame.bytes, this.settings, out)) return;
    this.metrics.badFrames.increment();
    this.close();
  }

  /** The numbers of streams run out: the client is asked to open another connection. */
  private askToLeave(): void {
    if (this.goodbye.say(this.answers.draft, this)) this.answers.queue(frame);
  }

  // ── From the proxy: answers become frames ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    newMoment();
    if (size == 0 && !this.answers.waiting) return FilterStatus.Continue;
    out.reset();
    const flows = this.flows;
    if (flows != null) flows.begin();
    const readable = size == 0 || this.http2.receive(getBuffer(BufferType.UpstreamData, 0, size), this.fromProxy);
    if (this.fromProxy.broken) this.closeSoon();
    if (!readable) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    if (flows != null) flows.expire(out);
    this.writeAnswers();
    if (flows != null) this.responses.count += flows.answered;
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.responses.count > 0) this.metrics.responses.increment(this.responses.count);
    this.responses.count = 0;
    this.metrics.calls.flush();
    if (this.streams.spent && this.isIdle) closeLater(this.id);
    if (this.waiting == Waiting.End && this.nothingOwed) this.closeSoon();
    if (this.stopped && !this.closing && this.mayGoOn) callLater(this);
    return FilterStatus.Continue;
  }

  /** Writes what waits to go to the client; not into a server's message. */
  private writeAnswers(): void {
    const pin = this.fromProxy.pin;
    if (pin == null) {
      this.answers.flush(out);
      return;
    }
    pin.writeAnswers(this.fromProxy.leaveWanted, out, this.control);
    if (pin.state == Pinned.Broken || pin.tunnel.refused) this.closeSoon();
    if (pin.release(this.control) || pin.state == Pinned.Over) this.unbind(pin);
  }

  private unbind(pin: Pin): void {
    this.fromProxy.pin = null;
    this.waiting = Waiting.Answers; // until our turn, which takes what the client has sent meanwhile
    this.input.open(pin.tunnel.takeRest());
    this.input.close();
    pin.free();
    if (this.fromProxy.leaveWanted) this.askToLeave();
  }

  private get waits(): bool {
    return this.waiting != Waiting.Nothing;
  }

  /** May what waited be taken? */
  private get ready(): bool {
    const pin = this.fromProxy.pin;
    if (this.waiting == Waiting.Answers) return this.nothingOwed;
    // Answers that have used up the window would wait for what waits for them.
    if (this.waiting == Waiting.Room) return this.allowance.isBack || this.answerWindow.due;
    const flows = this.flows;
    // One that broke meanwhile waits for nothing.
    if (this.waiting == Waiting.Flow) return flows == null || !flows.blocked || flows.ready;
    return this.waiting == Waiting.Server && pin != null && pin.state == Pinned.Open;
  }

  /** Is there anything for the proxy? Bytes that still wait are behind it, and would go along. */
  private get mayGoOn(): bool {
    if (this.ready || this.fromProxy.resume) return true;
    const pin = this.fromProxy.pin;
    const something = this.control.length > 0 || this.answerWindow.due;
    return something && !this.waits && (pin == null || pin.tunnel.held == 0);
  }

  contextId(): i32 {
    return this.id;
  }

  /** Without a word from the client: takes what waited, and writes to the proxy what has come up. */
  onTurn(): void {
    if (this.closing || !this.stopped || !this.mayGoOn) return;
    const ready = this.ready;
    this.fromProxy.resume = false;
    if (ready) this.waiting = Waiting.Nothing;
    out.reset();
    const bytes = getBuffer(BufferType.DownstreamData, 0, i32.MAX_VALUE);
    if (ready) this.take(bytes);
    else out.bytes(bytes);
    if (this.handOn(bytes.length)) continueStream(StreamType.Downstream);
  }

  // ── For flows ──

  /** What waits is not behind what is to be said here: it is taken in as far as it goes. */
  wake(): void {
    if (this.closing || !this.stopped || this.fromProxy.pinged) return;
    out.reset();
    const bytes = getBuffer(BufferType.DownstreamData, 0, i32.MAX_VALUE);
    // After a client's last word its bytes are nobody's.
    if (this.waiting != Waiting.End) {
      this.waiting = Waiting.Nothing;
      this.takeFrames(bytes);
    }
    if (this.handOn(bytes.length)) continueStream(StreamType.Downstream);
  }

  private get flows(): Flows | null {
    return this.requests.flows;
  }

  /** Is every request of the client's answered, down to the last byte? */
  private get nothingOwed(): bool {
    const flows = this.flows;
    if (flows != null && !flows.idle) return false;
    return this.streams.length == 0 && this.answers.allGone;
  }

  // ── The end ──

  private get isIdle(): bool {
    const flows = this.flows;
    if (flows != null && !flows.idle) return false;
    return this.streams.length == 0 && this.fromProxy.pin == null && !this.answers.waiting && !this.input.isPartial;
  }

  /** Closes a connection that is to end, when it is time. */
  onWatch(): bool {
    if (!this.goodbye.isTime(this.isIdle)) return false;
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

  onDownstreamClose(peer: PeerType): void {
    this.closing = true;
  }

  onDelete(): void {
    this.metrics.connectionsActive.add(-1);
    forgetLater(this.id);
    const pin = this.fromProxy.pin;
    if (pin != null) pin.free();
    const flows = this.flows;
    if (flows != null) flows.free();
    this.streams.free(this.codec.traits().ordered);
    this.answers.free();
    this.input.free();
    this.http2.free();
    this.requests.encoder.free();
    this.control.free();
  }
}
