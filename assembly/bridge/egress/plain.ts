import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { Codec, Frame, Kind, Metadata, Peer } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, getBuffer, log, setBuffer } from "../../hostcalls";
import { FrameInput, Input, lengthOf } from "../buffers";
import { AttributeForms, writePlainFailure, writePlainOneWay, writePlainResponse } from "../headers";
import { HeaderList } from "../hpack";
import { Http1Events, Http1Receiver } from "../http1";
import { Metrics } from "../metrics";
import { Settings } from "../settings";
import { closeLater, forgetLater } from "../later";
import { frameOf, readHead } from "./request";
import { EgressStream } from "./stream";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const frame = new Frame();
const meta = new Metadata();
const forms = new AttributeForms();

const TOO_LARGE = Slice.fixed("the backend's answer is too large");
const REFUSED = Slice.fixed("the backend refuses the proxy's connection");

/**
 * A backend's connection with one request at a time: a network filter in an internal listener. Downstream it is an
 * HTTP/1.1 server in the same process, upstream it speaks the protocol. For protocols without ids, or without a heartbeat.
 */
export class PlainEgress extends NetworkContext implements Http1Events {
  private input: FrameInput;
  private http1: Http1Receiver = new Http1Receiver();
  /** The request that is coming or under way. */
  private stream: EgressStream | null = null;
  /** Answers to the backend's heartbeats, which go out with the next request. */
  private toBackend: Writer = new Writer();
  private heartbeats: bool;
  private pipelined: bool;
  private greeted: bool = false;
  /** Answers that the backend owes to what the proxy itself said; with `Traits.pipelined`. */
  private preparations: i32 = 0;
  private draining: bool = false;
  private closing: bool = false;

  constructor(
    id: i32,
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
  ) {
    super(id);
    const traits = codec.traits();
    this.heartbeats = traits.heartbeat;
    this.pipelined = traits.pipelined;
    this.input = new FrameInput(codec, Peer.Server);
  }

  onNewConnection(): FilterStatus {
    this.metrics.connectionsActive.add(1);
    return FilterStatus.Continue;
  }

  // ── From the proxy ──

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    out.reset();
    if (size > 0 && !this.closing && !this.http1.receive(getBuffer(BufferType.DownstreamData, 0, size), this)) {
      log(LogLevel.Error, "the proxy's HTTP/1.1 cannot be read; closing the connection");
      this.close();
    }
    if (size > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    return out.length > 0 || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
  }

  onHead(headers: HeaderList): void {
    if (this.stream != null) {
      this.close(); // a second request before the first is answered
      return;
    }
    const stream = EgressStream.take(1);
    readHead(stream, headers);
    this.stream = stream;
  }

  onBody(bytes: Slice): void {
    const stream = this.stream;
    if (stream == null || this.closing) return;
    if (stream.bodyLength == 0) stream.reserve(lengthOf(this.codec, Peer.Client, bytes, this.settings.maxFrameBytes));
    stream.append(bytes);
    if (stream.bodyLength <= this.settings.streamBufferBytes) return;
    this.metrics.bufferOverflows.increment();
    this.close();
  }

  onEnd(): void {
    const stream = this.stream;
    if (stream == null || this.closing) return;
    const bytes = frameOf(stream, stream.body(), this.codec, frame, this.settings, this.metrics);
    if (bytes == null) {
      this.close();
      return;
    }
    this.prepare(stream.state);
    if (this.toBackend.length > 0) out.bytes(this.toBackend.view());
    this.toBackend.free();
    this.metrics.requests.increment();
    out.bytes(bytes);
    stream.freeBody();
    stream.forwarded = true;
    if (stream.oneWay) this.forwardedOneWay();
  }

  /** Puts the connection into the state that the request in hand needs. */
  private prepare(state: i32): void {
    let answers = this.greeted ? 0 : this.codec.greet(out);
    this.greeted = true;
    if (!this.pipelined) return;
    answers += this.codec.prepare(state, out);
    this.preparations += answers;
  }

  /** Nothing answers a one-way request: a heartbeat behind it does, and without one the connection ends. */
  private forwardedOneWay(): void {
    this.metrics.oneWay.increment();
    if (!this.heartbeats) {
      closeLater(this.id);
      return;
    }
    this.metrics.pings.increment();
    this.codec.ping(0, out);
  }

  // ── From the backend ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    out.reset();
    if (!this.closing) this.takeAnswers(getBuffer(BufferType.UpstreamData, 0, size));
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    return FilterStatus.Continue;
  }

  private takeAnswers(bytes: Slice): void {
    this.input.open(bytes);
    const maxBytes = this.settings.maxFrameBytes;
    for (let found = this.input.next(frame, maxBytes); found != Input.More; found = this.input.next(frame, maxBytes)) {
      if (found == Input.Bad) {
        this.metrics.badFrames.increment();
        this.close();
        break;
      }
      if (this.preparations > 0 && frame.kind == Kind.Response) this.prepared();
      else if (found == Input.TooLarge) this.tooLarge();
      else if (frame.kind == Kind.Pong || (frame.kind == Kind.Response && this.heartbeatOwed)) this.oneWayAnswered();
      else if (frame.kind == Kind.Response) this.answer();
      else if (frame.kind == Kind.Ping) this.codec.pong(frame, this.toBackend);
      else if (frame.kind == Kind.Drain) this.drain();
      if (this.closing) break;
    }
    this.input.close();
  }

  /** The backend answered what the proxy itself said. */
  private prepared(): void {
    this.preparations--;
    if (this.codec.admitted(frame)) return;
    this.metrics.refusedByServer.increment();
    log(LogLevel.Warn, "the backend refuses the proxy's connection; closing it");
    if (this.isAsked(false)) this.answerItself(REFUSED);
    else this.close();
  }

  private answer(): void {
    if (!this.isAsked(false)) {
      this.close(); // nobody asked: this connection is out of step
      return;
    }
    this.metrics.responses.increment();
    meta.clear();
    const readable = this.codec.decode(frame, meta);
    forms.of(readable ? meta : null, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
    if (!readable) this.metrics.opaque.increment();
    writePlainResponse(out, readable ? meta : null, forms, frame.bytes, this.draining);
    this.end();
  }

  private oneWayAnswered(): void {
    if (!this.isAsked(true)) return;
    forms.of(null, this.settings.headers);
    writePlainOneWay(out, forms);
    this.end();
  }

  private tooLarge(): void {
    this.metrics.tooLarge.increment();
    if (this.isAsked(false)) this.answerItself(TOO_LARGE);
  }

  /** A failure of our own, with which the connection ends. */
  private answerItself(words: Slice): void {
    this.metrics.localReplies.increment();
    writePlainFailure(out, words);
    this.end();
    this.closing = true; // the proxy closes, as it was told
  }

  private drain(): void {
    if (!this.draining) this.metrics.drains.increment();
    this.draining = true;
    if (this.stream == null) this.close();
  }

  /** In a pipelined protocol a heartbeat's answer is known by its turn alone. */
  private get heartbeatOwed(): bool {
    return this.pipelined && this.isAsked(true);
  }

  private isAsked(oneWay: bool): bool {
    const stream = this.stream;
    return stream != null && stream.forwarded && stream.oneWay == oneWay;
  }

  private end(): void {
    const stream = this.stream;
    if (stream != null) stream.release();
    this.stream = null;
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
    this.end();
    this.input.free();
    this.http1.free();
    this.toBackend.free();
  }
}
