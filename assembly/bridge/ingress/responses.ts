import { Slice, Writer } from "../../bytes";
import { Answers as PartAnswers, Cause, Codec, Failure, Frame, Peer } from "../../codec";
import { lengthOf } from "../buffers";
import { CallStatus, callStatusBy } from "../calls";
import { causeOf, wordsOf } from "../cause";
import { BACKEND, isRuled, readRuled, Received } from "../headers";
import { HeaderList } from "../hpack";
import { ErrorCode, writeReset } from "../http2";
import { Metrics } from "../metrics";
import { Remaker } from "../remake";
import { Settings } from "../settings";
import { Answers } from "./answers";
import { IngressStream } from "./stream";
import { IngressStreams } from "./streams";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const frame = new Frame();
const received = new Received();
const failure = new Failure();
const remaker = new Remaker();
const changed = new HeaderList();
const partAnswers = new PartAnswers();

// Of Envoy's own answers, this much is passed on as words.
const MAX_WORDS: i32 = 1024;

/** What becomes of the proxy's responses: frames for the client, once they are whole. */
export class Responses {
  /** So many became whole; its owner counts them and sets it back. */
  count: i32 = 0;
  /** Bytes of answers that are not whole yet, and of parts' answers. */
  private unfinished: i32 = 0;

  /** @param control frames for the proxy, which wait for its callback */
  constructor(
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
    private streams: IngressStreams,
    private answers: Answers,
    private control: Writer,
  ) {}

  /** Bytes of answers that wait here, whole or not. */
  get waitingBytes(): i32 {
    return this.unfinished + this.answers.waitingBytes;
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool, out: Writer): void {
    const stream = this.streams.find(id);
    if (stream == null) return;
    if (stream.status == 0) {
      received.read(headers);
      if (received.status < 200) return;
      if (stream.asked != 0) stream.wentTo(headers.get(BACKEND));
      stream.status = received.status;
      stream.marked = received.marked;
      stream.code = received.code;
      stream.business = received.business;
      stream.version = this.metrics.calls.versionOf(received.version);
      const ruled = !received.marked && isRuled(headers);
      if (ruled || (received.marked && !received.untouched && !received.opaque)) stream.keepHeaders(headers);
    }
    if (endStream) this.finish(stream, Slice.empty(), out);
  }

  onData(id: u32, bytes: Slice, endStream: bool, out: Writer): void {
    const stream = this.streams.find(id);
    if (stream == null) return;
    if (endStream && stream.bodyLength == 0) this.finish(stream, bytes, out);
    else if (!this.keep(stream, bytes)) this.overflow(stream, out);
    else if (endStream) this.finish(stream, stream.body(), out);
  }

  onReset(id: u32, out: Writer): void {
    const stream = this.streams.find(id);
    if (stream == null) return;
    this.metrics.streamsReset.increment();
    this.failAs(stream, 503, out);
  }

  /** Adds to an answer that is not whole yet. False: it is too much. */
  private keep(stream: IngressStream, bytes: Slice): bool {
    if (!stream.marked) {
      const room = max(0, MAX_WORDS - stream.bodyLength);
      if (room < bytes.length) bytes = Slice.view(bytes.ptr, room);
    } else if (stream.bodyLength == 0) {
      stream.reserve(lengthOf(this.codec, Peer.Server, bytes, this.settings.maxFrameBytes));
    }
    stream.append(bytes);
    this.unfinished += bytes.length;
    if (stream.bodyLength > this.settings.streamBufferBytes) return false;
    // The next in turn has room whatever waits behind it.
    return this.waitingBytes <= this.settings.reassemblyBytes || this.answers.isNext(stream);
  }

  /** May a whole answer of so many bytes wait for its turn, or for the other parts? */
  private hasRoom(stream: IngressStream, bytes: i32): bool {
    if (!stream.marked || this.answers.goesNow(stream)) return true;
    return this.waitingBytes + bytes <= this.settings.reassemblyBytes;
  }

  private overflow(stream: IngressStream, out: Writer): void {
    this.metrics.bufferOverflows.increment();
    writeReset(this.control, stream.id, ErrorCode.Cancel);
    this.failAs(stream, 413, out);
  }

  /** The client has an error in its answer's place. */
  private failAs(stream: IngressStream, status: i32, out: Writer): void {
    stream.marked = false;
    stream.status = status;
    this.finish(stream, Slice.empty(), out);
  }

  /** An answer is complete. */
  private finish(stream: IngressStream, body: Slice, out: Writer): void {
    this.streams.end(stream);
    this.unfinished -= stream.bodyLength;
    if (stream.oneWay) {
      stream.release();
      return;
    }
    const start = out.length;
    let status = stream.marked ? callStatusBy(stream.status, stream.business) : CallStatus.Proxy;
    if (!stream.marked) this.writeFailure(stream, causeOf(stream.status), stream.status, body, out);
    else if (stream.recallHeaders(changed)) this.writeChanged(body, out);
    else out.bytes(body);
    if (!this.hasRoom(stream, out.length - start)) {
      this.writeTooLarge(stream, out, start);
      status = CallStatus.Proxy;
    }
    if (stream.whole == 0) this.settle(stream, status, out, start);
    else this.finishPart(stream, status, out, start);
  }

  private settle(stream: IngressStream, status: CallStatus, out: Writer, start: i32): void {
    this.count++;
    const code = stream.marked ? stream.code : stream.status;
    this.metrics.calls.end(stream, status, code, Slice.view(out.ptr + <usize>start, out.length - start));
    this.answers.settle(stream, out, start);
  }

  /**
   * A part's answer stands in `out` from `start` on; it waits for those to the others. What rules say to a part they say to
   * the whole: it is the answer, once.
   */
  private finishPart(stream: IngressStream, status: CallStatus, out: Writer, start: i32): void {
    const whole = changetype<IngressStream>(stream.whole);
    stream.freeBody();
    stream.append(Slice.view(out.ptr + <usize>start, out.length - start));
    out.truncate(start);
    this.unfinished += stream.bodyLength;
    whole.answered(stream);
    whole.worst = max(whole.worst, status);
    if (whole.left > 0) return;
    this.unfinished -= whole.answersInto(partAnswers);
    const forbidden = whole.forbiddenPart();
    whole.recall(frame);
    if (forbidden >= 0) out.bytes(partAnswers.at(forbidden));
    else this.codec.join(frame, partAnswers, out);
    whole.releaseParts();
    this.settle(whole, whole.worst, out, start);
  }

  private writeChanged(body: Slice, out: Writer): void {
    const scanned = remaker.scan(this.codec, Peer.Server, body, frame);
    out.bytes(scanned ? remaker.apply(this.codec, frame, changed, this.settings.headers, this.metrics) : body);
  }

  /** In the place of the answer that stands in `out` from `start` on. */
  private writeTooLarge(stream: IngressStream, out: Writer, start: i32): void {
    this.metrics.bufferOverflows.increment();
    out.truncate(start);
    stream.marked = false;
    stream.status = 413;
    this.writeFailure(stream, Cause.TooLarge, 413, wordsOf(Cause.TooLarge), out);
  }

  private writeFailure(stream: IngressStream, cause: Cause, status: i32, words: Slice, out: Writer): void {
    this.metrics.localReplies.increment();
    stream.recall(frame);
    if (words.length > MAX_WORDS) words = Slice.view(words.ptr, MAX_WORDS);
    failure.set(cause, status, words.length > 0 ? words : wordsOf(cause));
    if (stream.recallHeaders(changed)) readRuled(changed, failure);
    stream.forbidden = failure.ruled || cause == Cause.Denied || cause == Cause.Limited;
    this.codec.fail(frame, failure, out);
  }
}
