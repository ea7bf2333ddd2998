import { Slice, Writer } from "../../bytes";
import { Cause, Codec, Failure, Frame, Kind, Metadata } from "../../codec";
import { Input } from "../buffers";
import { CallStatus, callStatusOf } from "../calls";
import { causeOf, wordsOf } from "../cause";
import { now } from "../clock";
import { writeData } from "../http2";
import { Metrics } from "../metrics";
import { Settings } from "../settings";
import { FlowClient } from "./client";
import { Flow } from "./flow";
import { Owed } from "./owed";
import { OwedTable } from "./owed-table";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const answer = new Frame();
const request = new Frame();
const failure = new Failure();
const known = new Metadata();
const pong = new Writer();

/** What the servers of a connection's streams owe its client: their answers, or errors of our own in their place. */
export class FlowAnswers {
  /** Given since they were last counted. */
  count: i32 = 0;
  /** No deadline is over before this; zero: there is none. */
  due: i64 = 0;
  private owed: OwedTable = new OwedTable();
  private byId: bool;
  /** Bytes of answers that are not whole. */
  private buffered: i32 = 0;
  /** Bytes of requests that, for all we know, no server has taken. */
  private untaken: i64 = 0;

  /** @param control what is to be written to the proxy beside requests */
  constructor(
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
    private client: FlowClient,
    private control: Writer,
  ) {
    this.byId = codec.traits().ids;
  }

  // ── Requests that are owed an answer ──

  /** May a request of so many bytes go, or would too much lie about for servers that do not read? */
  hasRoom(bytes: i32): bool {
    return this.untaken == 0 || this.untaken + bytes <= <i64>this.settings.flow.unansweredBytes;
  }

  expect(flow: Flow, frame: Frame, meta: Metadata): void {
    const owed = Owed.take(flow.id, frame);
    owed.place = this.client.place(frame);
    owed.bytes = frame.bytes.length;
    this.untaken += owed.bytes;
    this.metrics.calls.begin(owed, meta, frame.bytes);
    if (meta.timeoutMs > 0 && this.settings.deadline) {
      owed.deadline = now() + <i64>meta.timeoutMs;
      if (this.due == 0 || owed.deadline < this.due) this.due = owed.deadline;
    }
    flow.owe(owed);
    if (this.byId) this.owed.add(owed);
  }

  /** Is there a deadline that is over? */
  get overdue(): bool {
    return this.due != 0 && this.due <= now();
  }

  /** Answers those whose deadline is over, in a callback that can write to the client. */
  expire(flows: Array<Flow>, out: Writer): void {
    this.due = 0;
    for (let i = 0; i < flows.length; i++) this.expireOf(unchecked(flows[i]), out);
  }

  private expireOf(flow: Flow, out: Writer): void {
    let at = flow.oldest;
    while (at != 0) {
      const owed = changetype<Owed>(at);
      at = owed.after;
      if (owed.deadline == 0) continue;
      if (owed.deadline > now()) {
        if (this.due == 0 || owed.deadline < this.due) this.due = owed.deadline;
        continue;
      }
      this.writeFailure(owed, Cause.Timeout, 0, wordsOf(Cause.Timeout), out);
      if (this.byId) {
        // Nobody is answered, but its bytes may still lie about.
        flow.lost += owed.bytes;
        owed.bytes = 0;
        this.owed.remove(owed);
        this.release(flow, owed);
      } else {
        // Its answer may still come, and is then nobody's. Others would wait for it behind it.
        owed.deadline = 0;
        owed.abandoned = true;
        flow.drained = true;
      }
    }
  }

  // ── Answers ──

  /** Passes on what a server sends. False: it cannot be read, and no more of it. */
  take(flow: Flow, bytes: Slice, out: Writer): bool {
    const input = flow.input;
    const before = input.waiting;
    input.open(bytes);
    let good = true;
    while (good) {
      const found = input.next(answer, this.settings.maxFrameBytes);
      if (found == Input.More) break;
      if (found == Input.Frame) good = this.takeFrame(flow, out);
      else if (found == Input.TooLarge) this.tooLarge(flow, out);
      else good = false;
    }
    input.close();
    this.buffered += input.waiting - before;
    if (!good) this.metrics.badFrames.increment();
    if (!good || this.buffered <= this.settings.reassemblyBytes) return good;
    this.metrics.bufferOverflows.increment();
    return false;
  }

  /** False for a frame that no server may send. */
  private takeFrame(flow: Flow, out: Writer): bool {
    const kind = answer.kind;
    if (kind == Kind.Response) return this.takeAnswer(flow, out);
    if (kind == Kind.Ping) {
      this.metrics.pings.increment();
      pong.reset();
      this.codec.pong(answer, pong);
      writeData(this.control, flow.id, pong.ptr, pong.length, false);
      flow.credit -= pong.length;
    } else if (kind == Kind.Drain) {
      this.metrics.drains.increment();
      flow.drained = true;
    } else if (kind == Kind.Opaque) {
      this.metrics.opaque.increment();
      out.bytes(answer.bytes);
    } else if (kind != Kind.Pong) {
      return false;
    }
    return true;
  }

  private takeAnswer(flow: Flow, out: Writer): bool {
    // A server takes requests in their order: it has had those before.
    this.untaken -= flow.lost;
    flow.lost = 0;
    const owed = this.owedFor(flow);
    if (owed == null) {
      this.metrics.outOfStep.increment();
      return this.byId; // without ids, nothing that follows would find its request
    }
    if (!owed.abandoned) {
      const start = out.length;
      out.bytes(answer.bytes);
      const status = this.statusOfAnswer();
      const backend = flow.backend;
      if (owed.asked != 0 && backend != null) owed.wentTo(backend.view());
      owed.version = flow.version;
      this.metrics.calls.end(owed, status, known.code, answer.bytes);
      this.deliver(owed, out, start);
    }
    this.release(flow, owed);
    return true;
  }

  /** How the call ended that the answer in hand is for; one that cannot be read passes for a good one, as on the other lane. */
  private statusOfAnswer(): CallStatus {
    known.clear();
    known.brief = true;
    return this.codec.decode(answer, known) ? callStatusOf(known.outcome) : CallStatus.Success;
  }

  /** An answer declares more than is borne: its bytes are skipped, and the client hears of it. */
  private tooLarge(flow: Flow, out: Writer): void {
    this.metrics.tooLarge.increment();
    const owed = this.owedFor(flow);
    if (owed != null) this.fail(flow, owed, Cause.TooLarge, 0, wordsOf(Cause.TooLarge), out);
  }

  /** The request that the answer in hand is for. */
  private owedFor(flow: Flow): Owed | null {
    if (this.byId) return this.owed.take(flow.id, answer.id);
    return flow.oldest == 0 ? null : changetype<Owed>(flow.oldest);
  }

  // ── Errors ──

  /** The stream is over: who waits gets an error at once. */
  failAll(flow: Flow, out: Writer): void {
    const status = flow.status == 0 || flow.status == 200 ? 503 : flow.status;
    const cause = causeOf(status);
    const words = flow.status != 200 && flow.words.length > 0 ? flow.words.view() : wordsOf(cause);
    while (flow.oldest != 0) {
      const owed = changetype<Owed>(flow.oldest);
      if (this.byId) this.owed.remove(owed);
      this.fail(flow, owed, cause, status, words, out);
    }
  }

  private fail(flow: Flow, owed: Owed, cause: Cause, status: i32, words: Slice, out: Writer): void {
    if (!owed.abandoned) this.writeFailure(owed, cause, status, words, out);
    this.release(flow, owed);
  }

  private writeFailure(owed: Owed, cause: Cause, status: i32, words: Slice, out: Writer): void {
    this.metrics.localReplies.increment();
    owed.recall(request);
    failure.set(cause, status, words);
    const start = out.length;
    this.codec.fail(request, failure, out);
    this.metrics.calls.end(owed, CallStatus.Proxy, status, Slice.view(out.ptr + <usize>start, out.length - start));
    this.deliver(owed, out, start);
  }

  /** The answer stands in `out` from `start` on. */
  private deliver(owed: Owed, out: Writer, start: i32): void {
    this.count++;
    if (owed.place != 0) this.client.settle(owed.place, out, start);
  }

  private release(flow: Flow, owed: Owed): void {
    this.untaken -= owed.bytes;
    flow.settle(owed);
    owed.release();
  }

  // ── The end ──

  /** The stream is gone, and with it all that lay about for its server. */
  discard(flow: Flow): void {
    this.buffered -= flow.input.waiting;
    this.untaken -= flow.lost;
    while (flow.oldest != 0) {
      const owed = changetype<Owed>(flow.oldest);
      if (this.byId) this.owed.remove(owed);
      this.release(flow, owed);
    }
  }

  free(): void {
    this.owed.free();
  }
}
