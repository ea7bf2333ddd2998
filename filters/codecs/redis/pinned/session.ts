import {
  Bytes,
  Failure,
  Frame,
  Kind,
  log,
  LogLevel,
  Metadata,
  Peer,
  Reader,
  Scan,
  SessionCodec,
  Slice,
  Step,
  Writer,
} from "meltemi/assembly";
import { answerLocally, Client, judge, MODES, Verdict } from "../client";
import { Call, Is, words } from "../commands";
import { writeFailure } from "../failure";
import { countCommand, countError, countRefusal } from "../metrics";
import { errorCode } from "../outcome";
import { Element, integerOf, Walked, writeArray, writeBulk } from "../resp";
import { writeGreeting, writeState } from "../server";
import { Settings } from "../settings";
import { Answer } from "./answer";
import { scanChunk } from "./chunk";
import { Asked, Owed } from "./owed";
import { isConfirmation, Subscriptions } from "./subscriptions";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const call = new Call();
const element = new Element();
const draft = new Writer();

const MAX_SEEN: i32 = 512;

/**
 * A client bound to one server: MULTI, WATCH, SUBSCRIBE, blocking commands, MONITOR, CLIENT TRACKING. Messages are the
 * beginnings of commands, and single elements of answers, so that nothing long is held back.
 *
 * What the proxy answers itself, or refuses, is replaced by a command that has an answer, so that its own answer has its
 * place; a refused command's stand-in is one that no server knows, so that EXEC aborts the transaction around it.
 */
export class RedisSession extends SessionCodec {
  private begun: bool = false;
  private owed: Owed = new Owed();
  private answer: Answer = new Answer();
  private subscriptions: Subscriptions = new Subscriptions();
  /** Arguments of the client's last command that are still to come, and do they go on? */
  private restOfCommand: i32 = 0;
  private dropsCommand: bool = false;
  private dropsAnswer: bool = false;
  /** Between MULTI and EXEC, as the client sent it, and as the server answered it. */
  private queueing: bool = false;
  private transaction: bool = false;
  private watching: bool = false;
  private monitoring: bool = false;
  private modes: i32 = 0;

  constructor(
    private client: Client,
    private settings: Settings,
  ) {
    super();
  }

  scan(input: Reader, frame: Frame): Scan {
    const bytes = input.rest();
    if (frame.from == Peer.Client && this.restOfCommand == 0) return scanChunk(bytes, !this.begun, frame);
    const walked = element.read(bytes, 0);
    if (walked == Walked.More) return Scan.More;
    const argument = frame.from == Peer.Client && (element.type != BULK || element.length == <u64>element.head);
    if (walked == Walked.Bad || argument) return Scan.Bad;
    frame.keep = <i32>min(element.length, <u64>MAX_SEEN);
    return frame.is(frame.from == Peer.Client ? Kind.Request : Kind.Response, element.head, element.length);
  }

  // ── The client ──

  fromClient(frame: Frame, meta: Metadata, out: Writer): Step {
    if (this.restOfCommand > 0) {
      this.restOfCommand--;
      return this.dropsCommand ? Step.Replace : Step.Pass;
    }
    if (frame.kind == Kind.Pong) return Step.Pass;
    const first = !this.begun;
    if (first) this.begin(out);
    call.read(frame.bytes);
    this.restOfCommand = max(0, call.arguments.total - call.arguments.length);
    const written = out.length;
    const replaced = this.command(out);
    this.dropsCommand = replaced;
    if (!first || replaced) return replaced ? Step.Replace : Step.Pass;
    if (written == 0) return Step.Pass;
    out.bytes(frame.bytes);
    return Step.Replace;
  }

  /** Commands; of their arguments the key. */
  describe(frame: Frame, meta: Metadata): bool {
    if (this.restOfCommand > 0 || frame.kind == Kind.Pong) return false;
    call.read(frame.bytes);
    meta.operation = call.name();
    if (call.first > 0) meta.set(KEY, call.key);
    meta.set(USER, this.client.user.view());
    return true;
  }

  /** Puts the new connection into the client's state. */
  private begin(out: Writer): void {
    this.begun = true;
    this.swallow(writeGreeting(this.settings, out) + writeState(0, this.client.state, out));
  }

  private swallow(count: i32): void {
    for (let i = 0; i < count; i++) this.owed.add(Asked.Swallowed);
  }

  /** True where something else, which was written, goes to the server. */
  private command(out: Writer): bool {
    const is = call.is;
    const verdict = judge(call, this.client, this.settings);
    if (verdict != Verdict.Pass && verdict != Verdict.Local && verdict != Verdict.Pin) return this.deny(verdict, out);
    countCommand(call.command);
    if (is == Is.Reset) return this.reset(out);
    if (this.queueing) return this.queue(out);
    if (is == Is.Multi) {
      this.queueing = call.arguments.total == 1;
      this.owed.add(Asked.Multi);
    } else if (is == Is.Subscribe || is == Is.Unsubscribe) {
      this.owed.add(Asked.Subscribed, call.arguments.total - 1);
    } else if (is == Is.Select) {
      this.owed.add(Asked.Select, integerOf(call.arguments.at(1), 0));
    } else if (is == Is.Hello) {
      return this.hello(out);
    } else if (is == Is.Auth || (is == Is.Client && verdict == Verdict.Local)) {
      draft.reset();
      answerLocally(verdict, call, this.client, this.settings, draft);
      return this.standIn(PING, out);
    } else if (is == Is.Client && call.word(1, MODES)) {
      this.owed.add(call.word(2, ON) ? Asked.ModeOn : Asked.ModeOff, modeOf());
    } else {
      this.owed.add(askedBy(is));
    }
    return false;
  }

  /** Between MULTI and EXEC: the server keeps commands, and answers them later. */
  private queue(out: Writer): bool {
    const is = call.is;
    if (is == Is.Exec || is == Is.Discard) {
      if (call.arguments.total == 1) this.queueing = false;
      this.owed.add(is == Is.Exec ? Asked.Exec : Asked.Discard);
      return false;
    }
    const own = is == Is.Auth || is == Is.Hello || is == Is.Select || is == Is.Monitor;
    if (own || is == Is.Subscribe || is == Is.Unsubscribe || (is == Is.Client && call.word(1, MODES))) {
      return this.deny(Verdict.Refused, out);
    }
    this.owed.add(Asked.Plain);
    return false;
  }

  private deny(verdict: Verdict, out: Writer): bool {
    countRefusal(verdict);
    draft.reset();
    answerLocally(verdict, call, this.client, this.settings, draft);
    return this.standIn(DENIED, out);
  }

  /** Sends this instead, and has the client read `draft` for its answer. */
  private standIn(command: Slice, out: Writer): bool {
    out.bytes(command);
    this.owed.add(Asked.Plain, 0, Bytes.copyOf(draft.view()));
    return true;
  }

  private hello(out: Writer): bool {
    draft.reset();
    answerLocally(Verdict.Local, call, this.client, this.settings, draft);
    if (draft.length > 0 && load<u8>(draft.ptr) == ERROR) return this.standIn(PING, out);
    writeArray(out, 2);
    writeBulk(out, HELLO);
    writeBulk(out, this.client.resp3 ? THREE : TWO);
    this.owed.add(Asked.Plain);
    return true;
  }

  private reset(out: Writer): bool {
    this.client.reset();
    this.queueing = false;
    out.bytes(RESET);
    this.owed.add(Asked.Reset);
    this.swallow(writeGreeting(this.settings, out));
    return true;
  }

  // ── The server ──

  fromServer(frame: Frame, meta: Metadata, out: Writer): Step {
    if (element.read(frame.bytes, 0) != Walked.Done) return Step.Pass;
    const answer = this.answer;
    const first = answer.isOver;
    answer.take(element, frame.bytes);
    if (first) this.dropsAnswer = this.isOwn && this.replace(frame.bytes, out);
    const drops = this.dropsAnswer;
    if (answer.isOver) this.over(frame.bytes);
    const releases = answer.isOver && this.isFree;
    if (drops) return releases ? Step.ReplaceAndRelease : Step.Replace;
    return releases ? Step.Release : Step.Pass;
  }

  /** Is this the answer to the first that is owed one, as far as its first element tells? */
  private get isOwn(): bool {
    if (this.monitoring || this.answer.type == PUSH) return false;
    return !(this.answer.type == ARRAY && this.answer.children > 2 && this.listens);
  }

  private get listens(): bool {
    return !this.client.resp3 && (this.subscriptions.any || this.owed.kind == Asked.Subscribed);
  }

  private replace(bytes: Slice, out: Writer): bool {
    const swallowed = this.owed.kind == Asked.Swallowed;
    if (swallowed && this.answer.type == ERROR) {
      log(LogLevel.Error, "redis: a server refuses what the proxy greets it with: " + errorCode(bytes).toString());
    }
    const instead = this.owed.substitute;
    if (instead != null) out.bytes(instead.view());
    else if (this.answer.type == ERROR) countError(errorCode(bytes));
    return swallowed || instead != null;
  }

  /** An answer, or a message, is whole. */
  private over(bytes: Slice): void {
    const answer = this.answer;
    if (this.monitoring) {
      if (answer.type == SIMPLE && bytes.equals(RESET_ANSWER)) this.afterReset();
      return;
    }
    if (this.isOwn) {
      this.settle(answer.type == ERROR || answer.type == BULK_ERROR);
      return;
    }
    const name = answer.name.view();
    if (!isConfirmation(name)) return;
    this.subscriptions.confirm(name, answer.last);
    if (this.owed.kind != Asked.Subscribed) return;
    // UNSUBSCRIBE that names nothing ends them all.
    const last = this.owed.value == 0 ? this.subscriptions.countOf(name) == 0 : --this.owed.value == 0;
    if (last) this.owed.settle();
  }

  private settle(failed: bool): void {
    const kind = this.owed.kind;
    const value = this.owed.value;
    if (kind == Asked.Reset) {
      this.afterReset();
      return;
    }
    this.owed.settle();
    if (kind == Asked.Exec || kind == Asked.Discard) {
      this.transaction = false;
      this.watching = false;
    }
    if (failed) return;
    if (kind == Asked.Multi) this.transaction = true;
    else if (kind == Asked.Watch) this.watching = true;
    else if (kind == Asked.Unwatch) this.watching = false;
    else if (kind == Asked.Monitor) this.monitoring = true;
    else if (kind == Asked.Select) this.client.database = value;
    else if (kind == Asked.ModeOn) this.modes |= value;
    else if (kind == Asked.ModeOff) this.modes &= ~value;
  }

  private afterReset(): void {
    while (!this.owed.isEmpty && this.owed.kind != Asked.Reset) this.owed.settle();
    this.owed.settle();
    this.transaction = false;
    this.watching = false;
    this.monitoring = false;
    this.modes = 0;
    this.subscriptions.clear();
  }

  /** Is there nothing any more that binds the client to this server? */
  private get isFree(): bool {
    if (!this.owed.isEmpty || this.restOfCommand > 0 || this.queueing || this.transaction) return false;
    return !this.watching && !this.monitoring && this.modes == 0 && !this.subscriptions.any && !this.client.leaving;
  }

  fail(why: Failure, out: Writer): void {
    writeFailure(why, out);
  }
}

function askedBy(is: Is): Asked {
  if (is == Is.Watch) return Asked.Watch;
  if (is == Is.Unwatch) return Asked.Unwatch;
  if (is == Is.Monitor) return Asked.Monitor;
  if (is == Is.Exec) return Asked.Exec;
  return is == Is.Discard ? Asked.Discard : Asked.Plain;
}

/** One bit for each of CLIENT's modes. */
function modeOf(): i32 {
  for (let i = 0; i < MODES.length; i++) if (MODES[i].equalsIgnoreCase(call.arguments.at(1))) return 1 << i;
  return 0;
}

const SIMPLE: u8 = 0x2b;
const ERROR: u8 = 0x2d;
const BULK: u8 = 0x24;
const BULK_ERROR: u8 = 0x21;
const ARRAY: u8 = 0x2a;
const PUSH: u8 = 0x3e;
const ON = words("on");
const KEY = Slice.fixed("key");
const USER = Slice.fixed("user");
const PING = Slice.fixed("*1\r\n$4\r\nPING\r\n");
const DENIED = Slice.fixed("*1\r\n$14\r\nmeltemi.denied\r\n");
const RESET = Slice.fixed("*1\r\n$5\r\nRESET\r\n");
const RESET_ANSWER = Slice.fixed("+RESET\r\n");
const HELLO = Slice.fixed("HELLO");
const TWO = Slice.fixed("2");
const THREE = Slice.fixed("3");
