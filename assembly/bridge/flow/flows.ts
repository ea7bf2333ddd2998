import { Slice, Writer } from "../../bytes";
import { Cause, Codec, Failure, Frame, Kind, Metadata } from "../../codec";
import { setEffectiveContext } from "../../hostcalls";
import { Input } from "../buffers";
import { CallStatus, callStatusOf } from "../calls";
import { causeOf, wordsOf } from "../cause";
import { now } from "../clock";
import { REVISION, STATUS } from "../headers";
import { HeaderList } from "../hpack";
import { ErrorCode, writeData, writeReset, writeWindowUpdate } from "../http2";
import { Metrics } from "../metrics";
import { Settings } from "../settings";
import { forget, watch, watchAge } from "./deadlines";
import { draw, jittered } from "./draw";
import { Flow } from "./flow";
import { FlowTable } from "./flow-table";
import { hashOf, Key, keyOf } from "./key";
import { writeFlowOpening } from "./opening";
import { Owed } from "./owed";
import { OwedTable } from "./owed-table";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const answer = new Frame();
const request = new Frame();
const failure = new Failure();
const known = new Metadata();

// Of the proxy's own answers, this much is passed on as words.
const MAX_WORDS: i32 = 1024;
// So many bytes of answers are worth a WINDOW_UPDATE.
const REPLENISH: i32 = 1 << 20;
// The routes that a stream went by are not those that we were told of last: one of the two is about to change.
const DOUBTFUL_MS: i64 = 100;
// A server that does not close after our end gets a reset.
const LINGER_MS: i64 = 10000;

/** Streams of all connections of this VM. */
let inWorker: i32 = 0;

/** What became of a request. */
export enum Passed {
  Whole,
  /** Its stream's window takes a part only; `goOn` has the rest, and nothing may go before it. */
  Partly,
  /** No stream is to be had until one falls idle. */
  Wait,
  /** There are too many streams. */
  Full,
  /** The connection has no numbers for streams any more. */
  Ended,
}

/** The connection that flows belong to. */
export interface FlowClient {
  /** The window that the proxy gives to new streams. */
  initialWindow(): i32;
  /** Is the connection about to end? Its streams do not age any more, as there may soon be no others. */
  isLeaving(): bool;
  /** Are there numbers for new streams, and does the proxy take any? */
  mayOpen(): bool;
  /** A number for a new stream; there is one. */
  nextStream(): u32;
  /** A place for this request's answer among the others; zero where they go out as they come. */
  place(frame: Frame): usize;
  /** The answer for that place stands in `out` from `start` on. */
  settle(place: usize, out: Writer, start: i32): void;
  /** Something is to be said to the client: asks for a callback that can. The connection's context is the effective one. */
  wake(): void;
  contextId(): i32;
}

/**
 * A client's connection on the flow lane: requests go on as they are, on one CONNECT stream for each routing key. Answers
 * come back as whole frames, and each goes to the request that its id, or its turn, says.
 */
export class Flows {
  /** Requests and answers since they were last counted. */
  answered: i32 = 0;
  private table: FlowTable = new FlowTable();
  private owed: OwedTable = new OwedTable();
  private epoch: i32 = 0;
  private window: i32;
  private byId: bool;
  /** The end of a frame that a stream's window does not take yet. */
  private rest: Writer = new Writer();
  private restAt: i32 = 0;
  private restOf: Flow | null = null;
  /** The cell of the request that waits for a stream; -1: none waits. Another draw would favour cells that have one. */
  private drawn: i32 = -1;
  /** Bytes of answers that are not whole. */
  private buffered: i32 = 0;
  /** No deadline is over before this; zero: there is none. */
  private due: i64 = 0;
  /** In the list of those whose deadlines are looked at. */
  watched: bool = false;
  /** In the list of those whose streams' ages are looked at. */
  ageing: bool = false;

  /** @param control what is to be written to the proxy beside requests */
  constructor(
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
    private client: FlowClient,
    private control: Writer,
  ) {
    this.byId = codec.traits().ids;
    this.epoch = settings.flow.epoch;
    this.window = client.initialWindow();
  }

  /** A callback begins. */
  begin(): void {
    this.answered = 0;
    // Where there can be no others, those that are open carry what they can until the connection is closed.
    if (this.epoch == this.settings.flow.epoch || !this.client.mayOpen()) return;
    this.epoch = this.settings.flow.epoch;
    this.retireAll();
  }

  // ── Requests ──

  /** Passes the request in hand on. Whole frames only. */
  pass(frame: Frame, meta: Metadata, out: Writer): Passed {
    const settings = this.settings.flow;
    const bytes = keyOf(meta, settings);
    const hash = hashOf(bytes);
    const known = this.table.key(hash, bytes);
    const key = known != null ? known : new Key(bytes, hash, settings);
    const cell = this.drawn >= 0 ? min(this.drawn, settings.cells - 1) : draw(settings.draws);
    const place = key.place(cell, settings.width);
    let flow = unchecked(key.flows[place]);
    if (flow != null && !this.client.isLeaving() && flow.expires <= now()) {
      this.retire(flow);
      flow = null;
    }
    if (flow == null) {
      if (!this.client.mayOpen()) return Passed.Ended;
      if (!this.makeRoom()) {
        this.drawn = settings.waits && this.table.live > 0 ? cell : -1;
        if (this.drawn >= 0) watch(this);
        return this.drawn >= 0 ? Passed.Wait : Passed.Full;
      }
      const id = this.client.nextStream();
      flow = this.open(id, key, place);
      writeFlowOpening(out, id, meta, cell, settings);
    }
    this.drawn = -1;
    const owed = Owed.take(flow.id, frame);
    owed.place = this.client.place(frame);
    this.metrics.calls.begin(owed, meta);
    if (meta.timeoutMs > 0 && this.settings.deadline) this.limit(owed, meta.timeoutMs);
    flow.owe(owed);
    if (this.byId) this.owed.add(owed);
    return this.send(flow, frame.bytes, out) ? Passed.Whole : Passed.Partly;
  }

  private open(id: u32, key: Key, place: i32): Flow {
    const expires = now() + <i64>jittered(this.settings.flow.ageMs);
    const flow = new Flow(id, key, place, this.window, expires, this.codec);
    this.table.add(flow);
    inWorker++;
    watchAge(this);
    this.metrics.flowsOpened.increment();
    this.metrics.flowsActive.add(1);
    return flow;
  }

  /** Sends as much as the stream's window takes. False: something is left. */
  private send(flow: Flow, bytes: Slice, out: Writer): bool {
    const part = <i32>min(<i64>bytes.length, max(0, flow.credit));
    writeData(out, flow.id, bytes.ptr, part, false);
    flow.credit -= part;
    if (part == bytes.length) return true;
    this.metrics.flowStops.increment();
    this.rest.reset();
    this.rest.copy(bytes.ptr + <usize>part, bytes.length - part);
    this.restAt = 0;
    this.restOf = flow;
    watch(this);
    return false;
  }

  /** Does anything wait here that must go before the next request? */
  @inline get blocked(): bool {
    return this.restOf != null || this.drawn >= 0;
  }

  /** May what is blocked go on? */
  get ready(): bool {
    const flow = this.restOf;
    if (flow != null) return flow.credit > 0;
    return this.drawn >= 0 && (this.table.live < this.settings.flow.connectionStreams || this.table.idle() != null);
  }

  /** Sends more of a frame that was sent in part. True: nothing is left of it. */
  goOn(out: Writer): bool {
    const flow = this.restOf;
    if (flow == null) return true;
    const part = <i32>min(<i64>(this.rest.length - this.restAt), max(0, flow.credit));
    writeData(out, flow.id, this.rest.ptr + <usize>this.restAt, part, false);
    flow.credit -= part;
    this.restAt += part;
    if (this.restAt < this.rest.length) return false;
    this.restOf = null;
    this.rest.free();
    return true;
  }

  // ── Deadlines ──

  private limit(owed: Owed, timeoutMs: i32): void {
    owed.deadline = now() + <i64>timeoutMs;
    if (this.due == 0 || owed.deadline < this.due) this.due = owed.deadline;
    watch(this);
  }

  /** Outside the connection's own callbacks: wakes it where there is cause. False: there will be none. */
  wakeIfDue(): bool {
    if (this.due == 0 && !this.blocked && this.control.length == 0) return false;
    if (!this.overdue && this.control.length == 0 && !(this.blocked && this.ready)) return true;
    setEffectiveContext(this.client.contextId());
    this.client.wake();
    return true;
  }

  /** Is there a deadline that is over? */
  get overdue(): bool {
    return this.due != 0 && this.due <= now();
  }

  /** Answers those whose deadline is over, in a callback that can write to the client. */
  expire(out: Writer): void {
    if (!this.overdue) return;
    this.due = 0;
    const list = this.table.list;
    for (let i = 0; i < list.length; i++) this.expireOf(list[i], out);
  }

  private expireOf(flow: Flow, out: Writer): void {
    let at = flow.oldest;
    while (at != 0) {
      const owed = changetype<Owed>(at);
      at = owed.after;
      if (owed.deadline == 0) continue;
      if (owed.deadline > now()) {
        if (this.due == 0 || owed.deadline < this.due) this.due = owed.deadline;
      } else if (this.byId) {
        this.owed.remove(owed);
        this.fail(flow, owed, Cause.Timeout, 0, wordsOf(Cause.Timeout), out);
      } else {
        // Its answer may still come, and is then nobody's.
        this.writeFailure(owed, Cause.Timeout, 0, wordsOf(Cause.Timeout), out);
        owed.deadline = 0;
        owed.abandoned = true;
      }
    }
    this.endIfDone(flow);
  }

  // ── Streams ──

  /** Is there, or can there be, room for one more? The idle make way. */
  private makeRoom(): bool {
    const settings = this.settings.flow;
    if (this.table.list.length > settings.connectionStreams) this.dropLingering();
    // One is for every client, however many others have.
    const few = inWorker < settings.workerStreams || this.table.list.length == 0;
    if (this.table.live < settings.connectionStreams && few) return true;
    const idle = this.table.idle();
    if (idle == null) return false;
    this.retire(idle);
    return true;
  }

  /** Outside the connection's own callbacks: retires streams that are old. False: there are none that could grow old. */
  retireOld(): bool {
    const list = this.table.list;
    const stays = this.client.isLeaving();
    for (let i = 0; i < list.length && !stays; i++) if (list[i].expires <= now()) this.retire(list[i]);
    return this.table.live > 0;
  }

  /** The stream takes no new requests, and ends when it has no others. */
  private retire(flow: Flow): void {
    if (flow.retired) return;
    this.table.withdraw(flow);
    this.metrics.flowsRetired.increment();
    this.endIfDone(flow);
  }

  /** No request goes by the streams that are open. */
  private retireAll(): void {
    const list = this.table.list;
    for (let i = 0; i < list.length; i++) this.retire(list[i]);
  }

  private endIfDone(flow: Flow): void {
    if (!flow.retired || flow.waiting > 0 || flow.endedAt != 0) return;
    flow.endedAt = now();
    writeData(this.control, flow.id, 0, 0, true);
    watch(this);
  }

  /** Streams are many, and these have had their time: servers did not close after our end. */
  private dropLingering(): void {
    const list = this.table.list;
    const crowded = list.length >= 2 * this.settings.flow.connectionStreams;
    for (let i = list.length - 1; i >= 0; i--) {
      const flow = list[i];
      if (flow.endedAt == 0 || (!crowded && now() - flow.endedAt < LINGER_MS)) continue;
      writeReset(this.control, flow.id, ErrorCode.Cancel);
      this.discard(flow);
    }
  }

  private discard(flow: Flow): void {
    this.table.remove(flow);
    this.buffered -= flow.input.waiting;
    flow.free();
    inWorker--;
    this.metrics.flowsActive.add(-1);
    if (this.restOf != flow) return;
    this.restOf = null;
    this.rest.free();
  }

  /** Is nothing owed to the client here? */
  get idle(): bool {
    const list = this.table.list;
    for (let i = 0; i < list.length; i++) if (list[i].waiting > 0) return false;
    return true;
  }

  /** Are there streams? */
  get any(): bool {
    return this.table.list.length > 0;
  }

  // ── From the proxy ──

  /** The stream of this number; null where it is none of these. */
  get(id: u32): Flow | null {
    return this.table.get(id);
  }

  onHeaders(flow: Flow, headers: HeaderList, endStream: bool, out: Writer): void {
    const status = headers.get(STATUS);
    if (flow.status == 0 && status != null && status.decimal() >= 200) {
      flow.status = status.decimal();
      const revision = headers.get(REVISION);
      const current = revision != null && revision.equals(this.settings.flow.revision.view());
      if (!current) flow.expires = min(flow.expires, now() + DOUBTFUL_MS);
    }
    if (endStream) this.end(flow, out);
  }

  onData(flow: Flow, bytes: Slice, endStream: bool, out: Writer): void {
    if (flow.status == 200) {
      if (!this.takeAnswers(flow, bytes, out)) return;
    } else {
      flow.words.copy(bytes.ptr, max(0, min(bytes.length, MAX_WORDS - flow.words.length)));
    }
    if (endStream) this.end(flow, out);
  }

  onReset(flow: Flow, out: Writer): void {
    this.metrics.streamsReset.increment();
    this.end(flow, out);
  }

  /** False: the stream is gone. */
  private takeAnswers(flow: Flow, bytes: Slice, out: Writer): bool {
    flow.consumed += bytes.length;
    if (flow.consumed >= REPLENISH) {
      writeWindowUpdate(this.control, flow.id, flow.consumed);
      flow.consumed = 0;
    }
    const input = flow.input;
    const before = input.waiting;
    input.open(bytes);
    let good = true;
    while (good) {
      const found = input.next(answer, this.settings.maxFrameBytes);
      if (found == Input.More) break;
      if (found == Input.Frame) good = this.takeAnswer(flow, out);
      else if (found == Input.TooLarge) this.tooLarge(flow, out);
      else good = false;
    }
    input.close();
    this.buffered += input.waiting - before;
    if (!good) this.metrics.badFrames.increment();
    else if (this.buffered > this.settings.reassemblyBytes) this.metrics.bufferOverflows.increment();
    else {
      this.endIfDone(flow);
      return true;
    }
    writeReset(this.control, flow.id, ErrorCode.Cancel);
    watch(this);
    this.end(flow, out);
    return false;
  }

  /** False for a frame that no server may send. */
  private takeAnswer(flow: Flow, out: Writer): bool {
    const kind = answer.kind;
    if (kind == Kind.Response) {
      const owed = this.owedFor(flow);
      if (owed == null) {
        this.metrics.outOfStep.increment();
        return this.byId; // without ids, nothing that follows would find its request
      }
      const start = out.length;
      if (!owed.abandoned) out.bytes(answer.bytes);
      this.metrics.calls.end(owed, this.statusOfAnswer());
      this.settle(flow, owed, out, start);
    } else if (kind == Kind.Ping) {
      this.metrics.pings.increment();
      const start = this.pong.length;
      this.codec.pong(answer, this.pong);
      writeData(this.control, flow.id, this.pong.ptr + <usize>start, this.pong.length - start, false);
      flow.credit -= this.pong.length;
      this.pong.reset();
      watch(this);
    } else if (kind == Kind.Drain) {
      this.metrics.drains.increment();
      this.retire(flow);
    } else if (kind == Kind.Opaque) {
      this.metrics.opaque.increment();
      out.bytes(answer.bytes);
    } else if (kind != Kind.Pong) {
      return false;
    }
    return true;
  }

  /** How the call ended that the answer in hand is for; one that cannot be read passes for a good one, as on the other lane. */
  private statusOfAnswer(): CallStatus {
    known.clear();
    known.brief = true;
    return this.codec.decode(answer, known) ? callStatusOf(known.outcome) : CallStatus.Ok;
  }

  private pong: Writer = pong;

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

  private settle(flow: Flow, owed: Owed, out: Writer, start: i32): void {
    flow.settle(owed);
    if (!owed.abandoned) this.deliver(owed, out, start);
    owed.release();
  }

  /** The answer stands in `out` from `start` on. */
  private deliver(owed: Owed, out: Writer, start: i32): void {
    this.answered++;
    if (owed.place != 0) this.client.settle(owed.place, out, start);
  }

  private fail(flow: Flow, owed: Owed, cause: Cause, status: i32, words: Slice, out: Writer): void {
    if (!owed.abandoned) this.writeFailure(owed, cause, status, words, out);
    flow.settle(owed);
    owed.release();
  }

  private writeFailure(owed: Owed, cause: Cause, status: i32, words: Slice, out: Writer): void {
    this.metrics.localReplies.increment();
    this.metrics.calls.end(owed, CallStatus.Local);
    owed.recall(request);
    failure.set(cause, status, words);
    const start = out.length;
    this.codec.fail(request, failure, out);
    this.deliver(owed, out, start);
  }

  /** The stream is over: who waits gets an error at once. */
  private end(flow: Flow, out: Writer): void {
    const status = flow.status == 0 || flow.status == 200 ? 503 : flow.status;
    const cause = causeOf(status);
    const words = flow.status != 200 && flow.words.length > 0 ? flow.words.view() : wordsOf(cause);
    while (flow.oldest != 0) {
      const owed = changetype<Owed>(flow.oldest);
      if (this.byId) this.owed.remove(owed);
      this.fail(flow, owed, cause, status, words, out);
    }
    this.discard(flow);
  }

  onInitialWindow(window: i32): void {
    const list = this.table.list;
    for (let i = 0; i < list.length; i++) list[i].credit += window - this.window;
    this.window = window;
  }

  free(): void {
    forget(this);
    const list = this.table.list;
    while (list.length > 0) this.discard(list[list.length - 1]);
    this.owed.free();
    this.rest.free();
  }
}

const pong = new Writer();
