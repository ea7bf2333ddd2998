import { Writer } from "../../bytes";
import { Cause, Codec, Failure, Frame, Kind, Metadata, Peer } from "../../codec";
import { currentTimeNanoseconds } from "../../hostcalls";
import { Random } from "../../random";
import { CallStatus } from "../calls";
import { wordsOf } from "../cause";
import { FlowClient, Flows, Passed } from "../flow";
import { AttributeForms, FormsMemo, writeRequestHeaders } from "../headers";
import { IndexedEncoder } from "../hpack";
import { beginHeaders, endHeaders, writeData } from "../http2";
import { Metrics } from "../metrics";
import { Remaker } from "../remake";
import { Settings } from "../settings";
import { Answers } from "./answers";
import { sendDetached } from "./detached";
import { IngressStream } from "./stream";
import { IngressStreams } from "./streams";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const meta = new Metadata();
const memo = new FormsMemo();
let forms: AttributeForms = new AttributeForms();
const failure = new Failure();
const remaker = new Remaker();
const part = new Frame();
const partBytes = new Writer();
let random: Random | null = null;

/**
 * What becomes of a client's requests: streams of the connection, in parts where need be, messages on flows, or answers of
 * our own.
 */
export class Requests {
  /** So many came to be passed on; their owner counts them and sets it back. */
  count: i32 = 0;
  /** The streams that carry many requests, once there was need of one. */
  flows: Flows | null = null;
  /** Of the connection's header blocks; those of flows and sessions are literals, which leave its table as it is. */
  readonly encoder: IndexedEncoder = new IndexedEncoder();
  private ordered: bool;

  constructor(
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
    private streams: IngressStreams,
    private answers: Answers,
    private control: Writer,
  ) {
    this.ordered = codec.traits().ordered;
  }

  /**
   * Passes a request on, or answers it. Anything but `Whole`: a flow has no room for it, or for all of it.
   * @param client whose flows they are
   */
  take(request: Frame, client: FlowClient, out: Writer): Passed {
    this.count++;
    const parts = this.settings.sharded && this.ordered && request.kind == Kind.Request ? this.codec.parts(request) : 1;
    if (parts > 1) {
      this.split(request, parts, out);
      return Passed.Whole;
    }
    if (parts == 0) {
      this.answer(request);
      return Passed.Whole;
    }
    const known = this.read(request);
    if (known == null && this.settings.refuseUnknown) {
      this.metrics.refused.increment();
      if (request.kind != Kind.OneWay) this.refuseKnown(request, null, Cause.Unreadable);
      return Passed.Whole;
    }
    if (known == null) this.metrics.opaque.increment();
    else if (request.kind == Kind.Request && this.settings.flow.on) return this.passByFlow(request, known, client, out);
    this.spell(known);
    if (request.kind != Kind.OneWay) {
      if (!this.streams.has(1)) this.refuseKnown(request, known, Cause.Unavailable);
      else this.passCounted(request, known, out);
      return Passed.Whole;
    }
    this.metrics.oneWay.increment();
    this.metrics.calls.count(known, CallStatus.OneWay, request.bytes);
    const cluster = this.settings.oneWayCluster;
    const detached = cluster != null && sendDetached(cluster, known, forms, request.bytes, this.settings.trace);
    if (!detached && this.streams.has(1)) this.pass(request, known, true, 0, out);
    return Passed.Whole;
  }

  /** Passes a request on by the stream of its routing key. */
  private passByFlow(request: Frame, known: Metadata, client: FlowClient, out: Writer): Passed {
    let flows = this.flows;
    if (flows == null) {
      flows = new Flows(this.codec, this.settings, this.metrics, client, this.control);
      this.flows = flows;
    }
    const passed = flows.pass(request, known, out);
    if (passed == Passed.Wait) this.count--; // it comes again
    if (passed == Passed.Full) this.refuseKnown(request, known, Cause.Limited);
    else if (passed == Passed.Ended) this.refuseKnown(request, known, Cause.Unavailable);
    else return passed;
    return Passed.Whole;
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
    this.answers.queue(request);
  }

  private refuseKnown(request: Frame, known: Metadata | null, cause: Cause): void {
    this.metrics.calls.count(known, CallStatus.Proxy, request.bytes);
    this.refuse(request, cause);
  }

  /** A frame that declares more than may be, of which `bytes` has the beginning. */
  refuseTooLarge(frame: Frame): void {
    this.metrics.tooLarge.increment();
    const kind = frame.kind;
    if (kind == Kind.Request || kind == Kind.Local || kind == Kind.Session) this.refuse(frame, Cause.TooLarge);
  }

  /** What a request says of itself. Null: it cannot be read. */
  private read(request: Frame): Metadata | null {
    meta.clear();
    const readable = request.kind != Kind.Opaque && this.codec.decode(request, meta);
    return readable ? meta : null;
  }

  /** What a request says of itself as headers, into `forms`. */
  private spell(known: Metadata | null): void {
    forms = memo.of(known, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
  }

  /** Passes a request on as so many, whose answers are joined: all of them, or none. Rules find one number on all. */
  private split(request: Frame, parts: i32, out: Writer): void {
    if (parts > this.settings.maxParts || !this.streams.has(parts)) {
      this.refuse(request, parts > this.settings.maxParts ? Cause.TooLarge : Cause.Unavailable);
      return;
    }
    const whole = IngressStream.take(0, request);
    whole.split(parts);
    this.metrics.calls.begin(whole, this.read(request), request.bytes);
    this.answers.expect(whole);
    const number = drawNumber();
    for (let i = 0; i < parts; i++) {
      partBytes.reset();
      this.codec.part(request, i, partBytes);
      remaker.scan(this.codec, Peer.Client, partBytes.view(), part);
      part.part = true;
      const known = this.read(part);
      this.spell(known);
      const stream = this.pass(part, known, false, number, out);
      stream.whole = changetype<usize>(whole);
      stream.index = i;
    }
  }

  private passCounted(request: Frame, known: Metadata | null, out: Writer): void {
    const stream = this.pass(request, known, false, 0, out);
    this.metrics.calls.begin(stream, known, request.bytes);
    this.answers.expect(stream);
  }

  /** Passes a request on, as a stream of this connection; there is a number for it. */
  private pass(request: Frame, known: Metadata | null, oneWay: bool, whole: i32, out: Writer): IngressStream {
    const stream = this.streams.begin(request);
    stream.oneWay = oneWay;
    const timeoutMs = known != null && this.settings.deadline ? known.timeoutMs : 0;
    const start = beginHeaders(out);
    const trace = this.settings.trace;
    writeRequestHeaders(this.encoder, out, known, forms, oneWay, timeoutMs, whole, trace);
    endHeaders(out, start, stream.id, false);
    writeData(out, stream.id, request.bytes.ptr, request.bytes.length, true);
    return stream;
  }
}

/** Positive. */
function drawNumber(): i32 {
  let draws = random;
  if (draws == null) {
    draws = new Random(currentTimeNanoseconds());
    random = draws;
  }
  return max<i32>(1, draws.next() >> 1);
}
