import { Slice, Writer } from "../../bytes";
import { Cause, Failure, Frame, Metadata, Peer, SessionCodec, Step } from "../../codec";
import { CallStatus, CountedExchanges } from "../calls";
import { causeOf, wordsOf } from "../cause";
import { now } from "../clock";
import { MAX_WINDOW, writeData, writeWindowUpdate } from "../http2";
import { About, discard, keptAt, Tap } from "../tap";
import { TunnelMetrics } from "./metrics";
import { Passage, Side, Verdict } from "./passage";

// One callback runs at a time in a VM, so what it works with is shared by all tunnels.
const reply = new Writer();
const meta = new Metadata();
const failure = new Failure();

const MAX_WORDS: i32 = 1024;
// So many bytes of answers are worth a WINDOW_UPDATE.
const REPLENISH: i32 = 1 << 20;

/** Decides on the steps that are about more than the messages of one tunnel. */
export interface Guide {
  /** The client's message opens the tunnel: `Step.Open`, `OpenOpaque` or `Follow`. */
  open(step: Step, meta: Metadata): Verdict;
  /** The server has given the session a name. */
  name(name: Slice): void;
}

/**
 * A CONNECT stream that carries the messages of one client and one server. What a slow server does not take waits in the
 * client's connection as translated bytes, so that its socket is read no further.
 */
export class Tunnel implements Side {
  /** What the proxy answered; zero until it did. */
  status: i32 = 0;
  /** Answers of the codec's own, which wait for the end of a server's message. */
  readonly answers: Writer = new Writer();
  /** The answers are the connection's last words. */
  refused: bool = false;
  /** Bytes of the client's go to the server; before, they go nowhere. */
  opened: bool = false;
  guide: Guide | null = null;
  /** Who watches hears of the client's messages. */
  tap: Tap | null = null;
  /** Counts the requests within. */
  exchanges: CountedExchanges | null = null;
  /** Bytes that came from the client, and from the server. */
  clientBytes: i64 = 0;
  serverBytes: i64 = 0;
  private client: Passage;
  private server: Passage;
  private out: Writer = reply;
  private towardsClient: bool = false;
  private lastMessage: bool = false;
  private releasing: bool = false;
  private words: Writer = new Writer();
  /** What HCM's window has left for bytes that were translated. Below zero they wait in the connection's buffer. */
  private credit: i32;
  /** Translated bytes in the connection's buffer. */
  private waiting: i32 = 0;
  /** Bytes of answers that are not yet given back to the window. */
  private consumed: i32 = 0;

  /** @param window HCM's initial window for the stream, as far as it is known */
  constructor(
    readonly stream: u32,
    private codec: SessionCodec | null,
    private window: i32,
    private metrics: TunnelMetrics,
  ) {
    this.client = new Passage(codec, Peer.Client);
    this.server = new Passage(codec, Peer.Server);
    this.credit = window;
  }

  /** Nobody looks at the messages any more. */
  passUnseen(): void {
    this.client.opaque = true;
    this.server.opaque = true;
  }

  /** Takes bytes from the client, and writes what becomes of them to HCM. False: they are not this protocol. */
  fromClient(bytes: Slice, out: Writer): bool {
    this.out = out;
    this.towardsClient = false;
    this.clientBytes += bytes.length;
    return this.client.run(bytes, this);
  }

  /** Takes bytes from the server, and writes what becomes of them to the client. False: they are not this protocol. */
  fromServer(bytes: Slice, out: Writer): bool {
    if (this.status != 200) {
      this.words.copy(bytes.ptr, min(bytes.length, MAX_WORDS - this.words.length));
      return true;
    }
    this.consumed += bytes.length;
    this.serverBytes += bytes.length;
    this.out = out;
    this.towardsClient = true;
    return this.server.run(bytes, this);
  }

  /** Has the client whole messages only? */
  get atBoundary(): bool {
    return this.server.atBoundary;
  }

  /** Does the client need no server of its own any more? */
  get released(): bool {
    return this.releasing && this.server.atBoundary && this.client.betweenMessages;
  }

  /** What the client has sent of a message that the codec was not shown; good until the callback returns. */
  takeRest(): Slice {
    return this.client.takeRest();
  }

  // ── Windows ──

  /** Bytes at the front of the connection's buffer that were translated already. */
  get held(): i32 {
    return this.waiting;
  }

  /** May these bytes, which stand in the connection's buffer now, go to HCM? Else they are held. */
  mayGo(length: i32): bool {
    if (this.credit >= 0) {
      this.waiting = 0;
      return true;
    }
    if (this.waiting == 0) this.metrics.stops.increment();
    this.waiting = length;
    return false;
  }

  /** HCM takes more. True: what is held may go. */
  earn(increment: u32): bool {
    this.credit = <i32>min<i64>(<i64>this.credit + <i64>increment, MAX_WINDOW);
    return this.waiting > 0 && this.credit >= 0;
  }

  /** HCM's SETTINGS give each stream this window. True: what is held may go. */
  initialWindow(size: u32): bool {
    const window = <i32>min<u32>(size, MAX_WINDOW);
    this.credit += window - this.window;
    this.window = window;
    return this.waiting > 0 && this.credit >= 0;
  }

  /** Bytes of answers for which the window towards us has not been given back. */
  get unreturned(): i32 {
    return this.consumed;
  }

  /** Gives back to the stream's window what was consumed, where that is worth it; how much, or 0. */
  replenish(out: Writer): i32 {
    const consumed = this.consumed;
    if (consumed <= REPLENISH) return 0;
    writeWindowUpdate(out, this.stream, consumed);
    this.consumed = 0;
    return consumed;
  }

  // ── Messages ──

  judge(frame: Frame): Verdict {
    reply.reset();
    meta.clear();
    return this.towardsClient ? this.judgeServer(frame) : this.judgeClient(frame);
  }

  private judgeClient(frame: Frame): Verdict {
    const tap = this.tap;
    const exchanges = this.exchanges;
    const step = tap != null && tap.on ? this.watched(frame, tap) : this.codec!.fromClient(frame, meta, reply);
    if (exchanges != null) exchanges.sent(frame.length);
    if (step == Step.Answer || step == Step.Refuse) {
      this.metrics.localReplies.increment();
      this.answers.bytes(reply.view());
      reply.reset();
      this.refused = step == Step.Refuse;
      return this.refused ? Verdict.Stop : Verdict.Skip;
    }
    this.releasing = false;
    if (step == Step.Replace) {
      this.metrics.replaced.increment();
      return Verdict.Skip;
    }
    const guide = this.guide;
    if (guide != null && (step == Step.Open || step == Step.OpenOpaque || step == Step.Follow)) {
      reply.reset();
      return this.opened ? Verdict.Stop : guide.open(step, meta);
    }
    if (!this.opened) return step == Step.End ? Verdict.Stop : Verdict.Skip;
    if (step != Step.End) return Verdict.Pass;
    // The client's last message is short, and is here as a whole; with it the stream ends.
    reply.bytes(frame.bytes);
    this.lastMessage = true;
    return Verdict.Stop;
  }

  /** The codec decides, and whoever watches is told what on. */
  private watched(frame: Frame, tap: Tap): Step {
    const said = this.codec!.describe(frame, meta) ? tap.ask(meta, frame.bytes) : 0;
    meta.clear();
    const step = this.codec!.fromClient(frame, meta, reply);
    if (said == 0) return step;
    const refused = step == Step.Answer || step == Step.Refuse;
    const status = refused ? CallStatus.Proxy : CallStatus.Success;
    const length = <i32>min<u64>(frame.length, i32.MAX_VALUE);
    tap.tell(About.Message, status, 0, now(), length, 0, keptAt(said), Slice.empty(), Slice.empty());
    discard(said);
    return step;
  }

  private judgeServer(frame: Frame): Verdict {
    const exchanges = this.exchanges;
    if (exchanges != null) exchanges.heard(frame.length);
    const step = this.codec!.fromServer(frame, meta, reply);
    const guide = this.guide;
    if (step == Step.Name && guide != null) guide.name(meta.service);
    if (step == Step.Release || step == Step.ReplaceAndRelease) this.releasing = true;
    if (step != Step.Replace && step != Step.ReplaceAndRelease) return Verdict.Pass;
    this.metrics.replaced.increment();
    return Verdict.Skip;
  }

  emitInstead(): void {
    if (reply.length > 0 || this.lastMessage) this.write(reply.ptr, reply.length, this.lastMessage);
  }

  emit(ptr: usize, length: i32): void {
    this.write(ptr, length, false);
  }

  private write(ptr: usize, length: i32, last: bool): void {
    if (this.towardsClient) {
      this.out.copy(ptr, length);
      return;
    }
    if (!this.opened) return;
    writeData(this.out, this.stream, ptr, length, last);
    this.credit -= length;
  }

  // ── The end ──

  /** The proxy would like an end: true where the client is idle, and what was written tells it. */
  drain(out: Writer): bool {
    const codec = this.codec;
    return codec != null && this.atBoundary && codec.drain(out);
  }

  /** Why the proxy opened no tunnel, by its answer. */
  refusal(): Failure {
    const cause = causeOf(this.status);
    return failed(cause, this.status, this.words.length > 0 ? this.words.view() : wordsOf(cause));
  }

  /** The tunnel broke; where that can be said between two messages, the client is told. */
  break(out: Writer): void {
    this.metrics.failed.increment();
    const codec = this.codec;
    if (codec == null || !this.atBoundary) return;
    this.metrics.localReplies.increment();
    codec.fail(failed(Cause.Unavailable, 0, BROKEN), out);
  }

  free(): void {
    this.client.free();
    this.server.free();
    this.answers.free();
    this.words.free();
  }
}

function failed(cause: Cause, status: i32, words: Slice): Failure {
  failure.set(cause, status, words);
  return failure;
}

const BROKEN = Slice.fixed("the connection to the server broke");
