import { Bytes, Slice, Writer } from "../../bytes";
import { Codec, Frame, Metadata, Peer } from "../../codec";
import { setEffectiveContext } from "../../hostcalls";
import { now } from "../clock";
import { BACKEND, REVISION, STATUS, VERSION } from "../headers";
import { HeaderList } from "../hpack";
import { ErrorCode, writeData, writeReset, writeWindowUpdate } from "../http2";
import { Metrics } from "../metrics";
import { Settings } from "../settings";
import { FlowAnswers } from "./answers";
import { FlowClient } from "./client";
import { forget, watch, watchAge } from "./deadlines";
import { draw, jittered } from "./draw";
import { Flow } from "./flow";
import { FlowTable } from "./flow-table";
import { hashOf, Key, keyOf } from "./key";
import { writeFlowOpening } from "./opening";
import { Unsent } from "./unsent";

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
  /** No stream is to be had until one falls idle, or too much is unanswered. */
  Wait,
  /** There are too many streams. */
  Full,
  /** The connection has no numbers for streams any more. */
  Ended,
}

/**
 * A client's connection on the flow lane: requests go on as they are, on one CONNECT stream for each routing key. Answers
 * come back as whole frames, and each goes to the request that its id, or its turn, says.
 */
export class Flows {
  private table: FlowTable = new FlowTable();
  private answers: FlowAnswers;
  private unsent: Unsent = new Unsent();
  private epoch: i32 = 0;
  private window: i32;
  /** The cell of the request that waits for a stream; -1: none waits. Another draw would favour cells that have one. */
  private drawn: i32 = -1;
  /** The length of the request that waits for others to be answered; 0: none waits. */
  private wanted: i32 = 0;
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
    this.answers = new FlowAnswers(codec, settings, metrics, client, control);
    this.epoch = settings.flow.epoch;
    this.window = client.initialWindow();
  }

  /** A callback begins. */
  begin(): void {
    this.answers.count = 0;
    // Where there can be no others, those that are open carry what they can until the connection is closed.
    if (this.epoch == this.settings.flow.epoch || !this.client.mayOpen()) return;
    this.epoch = this.settings.flow.epoch;
    this.retireAll();
  }

  /** Answers given in this callback. */
  get answered(): i32 {
    return this.answers.count;
  }

  // ── Requests ──

  /** Passes the request in hand on. Whole frames only. */
  pass(frame: Frame, meta: Metadata, out: Writer): Passed {
    this.wanted = 0;
    if (!this.answers.hasRoom(frame.bytes.length)) {
      this.wanted = frame.bytes.length;
      watch(this);
      return Passed.Wait;
    }
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
    this.answers.expect(flow, frame, meta);
    if (this.answers.due != 0) watch(this);
    if (this.unsent.send(flow, frame.bytes, out)) return Passed.Whole;
    this.metrics.flowStops.increment();
    watch(this);
    return Passed.Partly;
  }

  private open(id: u32, key: Key, place: i32): Flow {
    const expires = now() + <i64>jittered(this.settings.flow.ageMs);
    // What a server sends is read by a codec of its own: one may remember what it has seen of a message.
    const flow = new Flow(id, key, place, this.window, expires, this.settings.protocol.connect(Peer.Server));
    this.table.add(flow);
    inWorker++;
    watchAge(this);
    this.metrics.flowsOpened.increment();
    this.metrics.flowsActive.add(1);
    return flow;
  }

  /** Does anything wait here that must go before the next request? */
  @inline get blocked(): bool {
    return this.unsent.flow != null || this.drawn >= 0 || this.wanted > 0;
  }

  /** May what is blocked go on? */
  get ready(): bool {
    const flow = this.unsent.flow;
    if (flow != null) return flow.credit > 0;
    if (this.wanted > 0) return this.answers.hasRoom(this.wanted);
    return this.drawn >= 0 && (this.table.live < this.settings.flow.connectionStreams || this.table.idle() != null);
  }

  /** Before the client's frames: sends more of one that was sent in part. True: nothing is left of it. */
  goOn(out: Writer): bool {
    const flow = this.unsent.flow;
    if (!this.unsent.goOn(out)) return false;
    if (flow != null) this.endIfDone(flow);
    return true;
  }

  // ── Deadlines ──

  /** Outside the connection's own callbacks: wakes it where there is cause. False: there will be none. */
  wakeIfDue(): bool {
    if (this.answers.due == 0 && !this.blocked && this.control.length == 0) return false;
    if (!this.overdue && this.control.length == 0 && !(this.blocked && this.ready)) return true;
    setEffectiveContext(this.client.contextId());
    this.client.wake();
    return true;
  }

  /** Is there a deadline that is over? */
  get overdue(): bool {
    return this.answers.overdue;
  }

  /** Answers those whose deadline is over, in a callback that can write to the client. */
  expire(out: Writer): void {
    if (!this.answers.overdue) return;
    const list = this.table.list;
    this.answers.expire(list, out);
    for (let i = 0; i < list.length; i++) {
      if (list[i].drained) this.retire(list[i]);
      this.endIfDone(list[i]);
    }
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

  /** Outside the connection's own callbacks: streams that are old end. False: there are none any more. */
  retireOld(): bool {
    const list = this.table.list;
    const stays = this.client.isLeaving();
    for (let i = 0; i < list.length && !stays; i++) if (list[i].expires <= now()) this.retire(list[i]);
    this.dropLingering();
    return list.length > 0;
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
    if (!flow.retired || flow.waiting > 0 || flow.endedAt != 0 || this.unsent.flow == flow) return;
    flow.endedAt = now();
    writeData(this.control, flow.id, 0, 0, true);
    watch(this);
  }

  /** Servers did not close after our end, and have had their time for it; it is short where there are many. */
  private dropLingering(): void {
    const list = this.table.list;
    const crowded = list.length >= 2 * this.settings.flow.connectionStreams;
    for (let i = list.length - 1; i >= 0; i--) {
      const flow = list[i];
      if (flow.endedAt == 0 || (!crowded && now() - flow.endedAt < LINGER_MS)) continue;
      writeReset(this.control, flow.id, ErrorCode.Cancel);
      watch(this);
      this.discard(flow);
    }
  }

  private discard(flow: Flow): void {
    this.table.remove(flow);
    this.answers.discard(flow);
    flow.free();
    inWorker--;
    this.metrics.flowsActive.add(-1);
    if (this.unsent.flow == flow) this.unsent.drop();
  }

  /** Is nothing owed to the client here? */
  get idle(): bool {
    const list = this.table.list;
    for (let i = 0; i < list.length; i++) if (list[i].waiting > 0) return false;
    return true;
  }

  // ── From the proxy ──

  // Each says whether the stream is one of these.

  onHeaders(id: u32, headers: HeaderList, endStream: bool, out: Writer): bool {
    const flow = this.table.get(id);
    if (flow == null) return false;
    const status = headers.get(STATUS);
    if (flow.status == 0 && status != null && status.decimal() >= 200) {
      flow.status = status.decimal();
      const backend = headers.get(BACKEND);
      if (backend != null) flow.backend = Bytes.copyOf(backend);
      flow.version = this.metrics.calls.versionOf(headers.get(VERSION));
      const revision = headers.get(REVISION);
      const current = revision != null && revision.equals(this.settings.flow.revision.view());
      if (!current) flow.expires = min(flow.expires, now() + DOUBTFUL_MS);
    }
    if (endStream) this.end(flow, out);
    return true;
  }

  onData(id: u32, bytes: Slice, endStream: bool, out: Writer): bool {
    const flow = this.table.get(id);
    if (flow == null) return false;
    if (flow.status != 200) {
      flow.words.copy(bytes.ptr, max(0, min(bytes.length, MAX_WORDS - flow.words.length)));
    } else if (!this.takeAnswers(flow, bytes, out)) {
      return true;
    }
    if (endStream) this.end(flow, out);
    return true;
  }

  onReset(id: u32, out: Writer): bool {
    const flow = this.table.get(id);
    if (flow == null) return false;
    this.metrics.streamsReset.increment();
    this.end(flow, out);
    return true;
  }

  /** Its window has grown. */
  earn(id: u32, bytes: u32): bool {
    const flow = this.table.get(id);
    if (flow == null) return false;
    flow.credit += bytes;
    return true;
  }

  /** False: the stream is gone. */
  private takeAnswers(flow: Flow, bytes: Slice, out: Writer): bool {
    flow.consumed += bytes.length;
    if (flow.consumed >= REPLENISH) {
      writeWindowUpdate(this.control, flow.id, flow.consumed);
      flow.consumed = 0;
    }
    const good = this.answers.take(flow, bytes, out);
    if (!good) writeReset(this.control, flow.id, ErrorCode.Cancel);
    if (this.control.length > 0) watch(this);
    if (!good) {
      this.end(flow, out);
      return false;
    }
    if (flow.drained) this.retire(flow);
    this.endIfDone(flow);
    return true;
  }

  /** The stream is over. */
  private end(flow: Flow, out: Writer): void {
    this.answers.failAll(flow, out);
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
    this.answers.free();
    this.unsent.drop();
  }
}
