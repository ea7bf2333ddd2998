import { Writer } from "../../bytes";
import { Cause, Codec, Failure, Frame, Kind, Metadata, Peer } from "../../codec";
import { CallOutcome, Calls } from "../calls";
import { wordsOf } from "../cause";
import { AttributeForms, writeRequestHeaders } from "../headers";
import { beginHeaders, endHeaders, writeData } from "../http2";
import { currentTimeNanoseconds } from "../../hostcalls";
import { Metrics } from "../metrics";
import { Remaker } from "../remake";
import { Settings } from "../settings";
import { Answers } from "./answers";
import { sendDetached } from "./detached";
import { IngressStream } from "./stream";
import { IngressStreams } from "./streams";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const meta = new Metadata();
const forms = new AttributeForms();
const failure = new Failure();
const remaker = new Remaker();
const part = new Frame();
const partBytes = new Writer();

/** What becomes of a client's requests: streams of the connection, in parts where need be, or answers of our own. */
export class Requests {
  /** So many came to be passed on; their owner counts them and sets it back. */
  count: i32 = 0;
  private ordered: bool;

  constructor(
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
    private calls: Calls,
    private streams: IngressStreams,
    private answers: Answers,
  ) {
    this.ordered = codec.traits().ordered;
  }

  /** Passes a request on, or answers it. */
  take(request: Frame, out: Writer): void {
    this.count++;
    const parts = this.settings.sharded && this.ordered && request.kind == Kind.Request ? this.codec.parts(request) : 1;
    if (parts > 1) {
      this.split(request, parts, out);
      return;
    }
    if (parts == 0) {
      this.answer(request);
      return;
    }
    const known = this.read(request);
    if (known == null && this.settings.refuseUnknown) {
      this.metrics.refused.increment();
      if (request.kind != Kind.OneWay) this.refuse(request, Cause.Unreadable);
      return;
    }
    if (known == null) this.metrics.opaque.increment();
    if (request.kind != Kind.OneWay) {
      if (!this.streams.has(1)) this.refuse(request, Cause.Unavailable);
      else this.answers.expect(this.pass(request, known, false, out));
      return;
    }
    this.metrics.oneWay.increment();
    this.calls.sent(this.calls.operationOf(known), request.bytes.length);
    const cluster = this.settings.oneWayCluster;
    if (cluster != null && sendDetached(cluster, known, forms, request.bytes)) return;
    if (this.streams.has(1)) this.pass(request, known, true, out);
  }

  /** The codec answers it in a backend's place. */
  answer(request: Frame): void {
    this.metrics.localReplies.increment();
    this.codec.answer(request, this.answers.draft);
    this.answers.queue(request);
  }

  /** It goes nowhere, and the client is told why. */
  refuse(request: Frame, cause: Cause): void {
    this.metrics.localReplies.increment();
    failure.set(cause, 0, wordsOf(cause));
    this.codec.fail(request, failure, this.answers.draft);
    const now = currentTimeNanoseconds();
    this.calls.answered(0, 0, CallOutcome.Proxy, now, request.bytes.length, this.answers.draft.length);
    this.answers.queue(request);
  }

  /** A frame that declares more than may be, of which `bytes` has the beginning. */
  refuseTooLarge(frame: Frame): void {
    this.metrics.tooLarge.increment();
    const kind = frame.kind;
    if (kind == Kind.Request || kind == Kind.Local || kind == Kind.Session) this.refuse(frame, Cause.TooLarge);
  }

  /** What a request says of itself; `forms` has its headers. Null: it cannot be read. */
  private read(request: Frame): Metadata | null {
    meta.clear();
    const readable = request.kind != Kind.Opaque && this.codec.decode(request, meta);
    const known: Metadata | null = readable ? meta : null;
    forms.of(known, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
    return known;
  }

  /** Passes a request on as so many, whose answers are joined: all of them, or none. */
  private split(request: Frame, parts: i32, out: Writer): void {
    if (parts > this.settings.maxParts || !this.streams.has(parts)) {
      this.refuse(request, parts > this.settings.maxParts ? Cause.TooLarge : Cause.Unavailable);
      return;
    }
    const whole = IngressStream.take(0, request);
    whole.split(parts);
    this.answers.expect(whole);
    for (let i = 0; i < parts; i++) {
      partBytes.reset();
      this.codec.part(request, i, partBytes);
      remaker.scan(this.codec, Peer.Client, partBytes.view(), part);
      const stream = this.pass(part, this.read(part), false, out);
      stream.whole = changetype<usize>(whole);
      stream.index = i;
    }
  }

  /** Passes a request on, as a stream of this connection; there is a number for it. */
  private pass(request: Frame, known: Metadata | null, oneWay: bool, out: Writer): IngressStream {
    const stream = this.streams.begin(request);
    stream.oneWay = oneWay;
    stream.operation = this.calls.operationOf(known);
    stream.startedAt = currentTimeNanoseconds();
    stream.requestBytes = request.bytes.length;
    const timeoutMs = known != null && this.settings.deadline ? known.timeoutMs : 0;
    const start = beginHeaders(out);
    writeRequestHeaders(out, known, forms, oneWay, timeoutMs);
    endHeaders(out, start, stream.id, false);
    writeData(out, stream.id, request.bytes.ptr, request.bytes.length, true);
    return stream;
  }
}
