import { BufferType, FilterStatus, LogLevel, PeerType, StreamType } from "../../abi";
import { Bytes, Slice, Writer } from "../../bytes";
import { Cause, Failure, Frame, Metadata, Peer, SessionCodec, Step } from "../../codec";
import { NetworkContext } from "../../contexts";
import { closeStream, continueStream, getBuffer, log, setBuffer } from "../../hostcalls";
import { causeOf, wordsOf } from "../cause";
import { STATUS } from "../headers";
import { HeaderList } from "../hpack";
import {
  FIRST_WINDOW,
  Http2Events,
  Http2Receiver,
  MAX_WINDOW,
  PREFACE,
  Setting,
  writeData,
  writePing,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "../http2";
import { closeLater, forgetClose } from "../late-close";
import { BACKEND, CLUSTER, forget, remember, Whereabouts, whereabouts } from "./names";
import { SessionMetrics } from "./metrics";
import { writeFollowing, writeOpening } from "./opening";
import { Passage, Side, Verdict } from "./passage";
import { SessionSettings } from "./settings";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const out = new Writer();
const reply = new Writer();
const meta = new Metadata();
const failure = new Failure();

const STREAM: u32 = 1;
const MAX_WORDS: i32 = 1024;
const MAX_HEADER_BLOCK: i32 = 1048576;
// So many bytes of answers are worth a WINDOW_UPDATE, when next we can write one.
const REPLENISH: i32 = 1 << 20;
// Little is left of the window towards us, and the client may never say another word.
const WINDOW_ENDS: i32 = MAX_WINDOW - (1 << 20);

/**
 * A client's connection on the session lane: a network filter in front of the HTTP connection manager. Downstream it
 * speaks the protocol, upstream it is an HTTP/2 client with one CONNECT stream.
 */
export class SessionConnection extends NetworkContext implements Http2Events, Side {
  private client: Passage;
  private server: Passage;
  private http2: Http2Receiver;
  /** Answers of our own, which wait for a moment to be written. */
  private answers: Writer = new Writer();
  private control: Writer = new Writer();
  private greeted: bool = false;
  private pinged: bool = false;
  private opened: bool = false;
  /** What the proxy answered; zero until it did. */
  private status: i32 = 0;
  private words: Writer = new Writer();
  private ended: bool = false;
  /** The answers are the connection's last words. */
  private refused: bool = false;
  private closing: bool = false;
  private draining: bool = false;
  private fromServer: bool = false;
  /** What HCM's window has left for bytes that were translated. Below zero they wait in the connection's buffer. */
  private credit: i32;
  private window: i32;
  /** Translated bytes in the connection's buffer. */
  private held: i32 = 0;
  private resume: bool = false;
  /** Bytes of answers that are not yet given back to the window. */
  private consumed: i32 = 0;
  private place: Bytes | null = null;
  private cluster: Bytes | null = null;
  private name: Bytes | null = null;

  constructor(
    id: i32,
    private codec: SessionCodec,
    private settings: SessionSettings,
    private metrics: SessionMetrics,
  ) {
    super(id);
    this.client = new Passage(codec, Peer.Client);
    this.server = new Passage(codec, Peer.Server);
    this.http2 = new Http2Receiver(0, MAX_HEADER_BLOCK);
    this.window = settings.window;
    this.credit = settings.window;
  }

  onNewConnection(): FilterStatus {
    this.metrics.connectionsActive.add(1);
    return FilterStatus.Continue;
  }

  // ── From the client ──

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    out.reset();
    this.fromServer = false;
    const all = getBuffer(BufferType.DownstreamData, 0, size);
    out.copy(all.ptr, min(this.held, all.length));
    if (size > this.held && !this.closing) this.take(Slice.view(all.ptr + <usize>this.held, all.length - this.held));
    if (this.greeted && !this.closing) this.speak();
    if (size > 0 || out.length > 0) setBuffer(BufferType.DownstreamData, 0, size, out.view());
    if (this.credit >= 0) {
      this.held = 0;
      return out.length > 0 || endOfStream ? FilterStatus.Continue : FilterStatus.StopIteration;
    }
    if (this.held == 0) this.metrics.stops.increment();
    this.held = out.length;
    return FilterStatus.StopIteration;
  }

  private take(bytes: Slice): void {
    if (!this.greeted) this.greet();
    if (this.ended) return;
    if (this.client.run(bytes, this)) return;
    this.metrics.badFrames.increment();
    this.close();
  }

  /** Begins as HTTP/2 clients do, and acknowledges at once the SETTINGS that the proxy is about to send. */
  private greet(): void {
    this.greeted = true;
    out.bytes(PREFACE);
    writeSettings(out, Setting.HeaderTableSize, 0, Setting.InitialWindowSize, <u32>MAX_WINDOW);
    writeWindowUpdate(out, 0, <u32>(MAX_WINDOW - FIRST_WINDOW));
    writeSettingsAck(out);
  }

  /** Writes to the proxy what waits for a callback of this direction. */
  private speak(): void {
    if (this.control.length > 0) {
      out.bytes(this.control.view());
      this.control.free();
    }
    if (this.consumed > REPLENISH && !this.ended) {
      writeWindowUpdate(out, 0, this.consumed);
      writeWindowUpdate(out, STREAM, this.consumed);
      this.consumed = 0;
    }
    if (this.answers.length == 0 || this.pinged) return;
    writePing(out, false, 0);
    this.pinged = true;
  }

  // ── Messages, of both directions ──

  judge(frame: Frame): Verdict {
    reply.reset();
    meta.clear();
    return this.fromServer ? this.judgeServer(frame) : this.judgeClient(frame);
  }

  private judgeClient(frame: Frame): Verdict {
    const step = this.codec.fromClient(frame, meta, reply);
    if (step == Step.Pass || step == Step.Name) return this.opened ? Verdict.Pass : Verdict.Skip;
    if (step == Step.Answer || step == Step.Refuse) {
      this.metrics.localReplies.increment();
      this.answers.bytes(reply.view());
      reply.reset();
      this.refused = step == Step.Refuse;
      return this.refused ? Verdict.Stop : Verdict.Skip;
    }
    if (step == Step.Replace) {
      this.metrics.replaced.increment();
      return Verdict.Skip;
    }
    if (step == Step.End) {
      if (!this.opened) return Verdict.Stop;
      this.emitLast(frame);
      return Verdict.Stop;
    }
    return this.open(step);
  }

  /** The client's last message is short, and is here as a whole; with it the stream ends. */
  private emitLast(frame: Frame): void {
    reply.bytes(frame.bytes);
    this.lastWords = true;
  }

  private lastWords: bool = false;

  private open(step: Step): Verdict {
    reply.reset();
    if (this.opened) return Verdict.Stop;
    if (step == Step.Follow) {
      const to = whereabouts(meta.service);
      if (to == null) {
        this.metrics.strays.increment();
        this.close();
        return Verdict.Stop;
      }
      this.metrics.followed.increment();
      writeFollowing(out, STREAM, to);
    } else {
      const opaque = step == Step.OpenOpaque;
      writeOpening(out, STREAM, opaque ? null : meta, this.settings.headers);
      if (opaque) {
        this.metrics.opaque.increment();
        this.client.opaque = true;
        this.server.opaque = true;
      }
    }
    this.metrics.opened.increment();
    this.opened = true;
    return Verdict.Pass;
  }

  private judgeServer(frame: Frame): Verdict {
    const step = this.codec.fromServer(frame, meta, reply);
    if (step == Step.Name) this.remember(meta.service);
    if (step != Step.Replace) return Verdict.Pass;
    this.metrics.replaced.increment();
    return Verdict.Skip;
  }

  private remember(name: Slice): void {
    const cluster = this.cluster;
    const place = this.place;
    if (cluster == null || place == null || this.name != null) return;
    this.name = Bytes.copyOf(name);
    remember(name, new Whereabouts(cluster.view(), place.view()));
  }

  emitInstead(): void {
    if (reply.length > 0 || this.lastWords) this.write(reply.ptr, reply.length, this.lastWords);
  }

  emit(ptr: usize, length: i32): void {
    this.write(ptr, length, false);
  }

  private write(ptr: usize, length: i32, last: bool): void {
    if (this.fromServer) {
      out.copy(ptr, length);
      return;
    }
    if (!this.opened) return;
    writeData(out, STREAM, ptr, length, last);
    this.credit -= length;
  }

  // ── From the proxy ──

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    out.reset();
    this.fromServer = true;
    if (!this.http2.receive(getBuffer(BufferType.UpstreamData, 0, size), this)) {
      log(LogLevel.Error, "the proxy's HTTP/2 cannot be read; closing the connection");
      this.close();
    }
    if (this.answers.length > 0 && this.server.atBoundary) {
      out.bytes(this.answers.view());
      this.answers.free();
      if (this.refused) this.finish();
    }
    if (this.draining && !this.ended && this.server.atBoundary && this.codec.drain(out)) this.finish();
    setBuffer(BufferType.UpstreamData, 0, size, out.view());
    if (this.resume) {
      this.resume = false;
      this.held = 0;
      // Last of all: the proxy reads what was held, and may call back before this returns.
      continueStream(StreamType.Downstream);
    }
    return FilterStatus.Continue;
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    if (this.ended) return;
    const status = headers.get(STATUS);
    if (this.status == 0 && status != null) {
      this.status = status.decimal();
      if (this.status == 200) this.connected(headers);
    }
    if (endStream) this.end();
  }

  private connected(headers: HeaderList): void {
    const cluster = headers.get(CLUSTER);
    const backend = headers.get(BACKEND);
    if (cluster != null) this.cluster = Bytes.copyOf(cluster);
    if (backend != null) this.place = Bytes.copyOf(backend);
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    if (this.ended) return;
    if (this.status != 200) {
      this.words.copy(bytes.ptr, min(bytes.length, MAX_WORDS - this.words.length));
    } else {
      this.consumed += bytes.length;
      if (!this.server.run(bytes, this)) {
        this.metrics.badFrames.increment();
        log(LogLevel.Warn, "what the server sends cannot be read; closing the connection");
        this.finish();
      } else if (this.consumed > WINDOW_ENDS) {
        log(LogLevel.Warn, "2 GiB came without a word from the client; closing the connection");
        this.finish();
      }
    }
    if (endStream) this.end();
  }

  onReset(id: u32, code: u32): void {
    if (this.ended) return;
    if (this.status == 0) this.status = 503;
    if (this.status == 200 && this.server.atBoundary) this.fail(Cause.Unavailable, 0, BROKEN);
    if (this.status != 200) this.end();
    else this.finish();
  }

  /** The stream has ended in order: after the server's last bytes, or with the proxy's own answer. */
  private end(): void {
    if (this.ended) return;
    if (this.status != 200) {
      const cause = causeOf(this.status);
      this.fail(cause, this.status, this.words.length > 0 ? this.words.view() : wordsOf(cause));
    }
    this.finish();
  }

  private fail(cause: Cause, status: i32, words: Slice): void {
    this.metrics.failed.increment();
    this.metrics.localReplies.increment();
    failure.set(cause, status, words);
    this.codec.fail(failure, out);
  }

  onGoAway(lastStream: u32): void {
    if (!this.draining) this.metrics.drains.increment();
    this.draining = true;
  }

  onPong(): void {
    this.pinged = false;
  }

  onPing(data: u64): void {
    writePing(this.control, true, data);
  }

  onSettings(): void {}

  onInitialWindow(size: u32): void {
    this.earn(<i32>min<u32>(size, MAX_WINDOW) - this.window);
    this.window = <i32>min<u32>(size, MAX_WINDOW);
  }

  onWindowUpdate(stream: u32, increment: u32): void {
    if (stream == STREAM) this.earn(<i32>increment);
  }

  private earn(increment: i32): void {
    this.credit += increment;
    if (this.held > 0 && this.credit >= 0) this.resume = true;
  }

  // ── The end ──

  /** The connection closes once what was written has gone out. */
  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    closeLater(this.id);
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
    forgetClose(this.id);
    const name = this.name;
    if (name != null) forget(name.view());
    this.client.free();
    this.server.free();
    this.http2.free();
    this.answers.free();
    this.control.free();
    this.words.free();
  }
}

const BROKEN = Slice.fixed("the connection to the server broke");
