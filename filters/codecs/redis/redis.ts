import {
  Answers,
  Codec,
  Failure,
  Frame,
  Kind,
  LogLevel,
  log,
  Metadata,
  Mutation,
  Peer,
  Reader,
  Scan,
  SessionCodec,
  Slice,
  Traits,
  Writer,
} from "meltemi/assembly";
import { arenaTake } from "meltemi/assembly/bytes";
import { answerLocally, Client, judge, Verdict } from "./client";
import { Call, Is, words } from "./commands";
import { writeFailure } from "./failure";
import { writeWithKey } from "./rekey";
import { countCommand, countError, countRefusal } from "./metrics";
import { errorCode, outcomeOf } from "./outcome";
import { RedisSession } from "./pinned";
import { ReplyWalk, RequestWalk, Walked } from "./resp";
import { writeGreeting, writeState } from "./server";
import { accessName, Settings } from "./settings";
import { joinAnswers, partsOf, shardOf, writePart } from "./sharding";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const call = new Call();
const number = new Writer();

// What a command's kind is told from: its first arguments, in its first bytes.
const LOOKED_AT: i32 = 1024;
const ARGUMENTS: i32 = 64;
const KEPT: i32 = 128;
// A command with a server of its own is looked at as a whole.
const MAX_PINNING: u64 = 131072;

/** Redis: RESP2 and RESP3, as one client's or one server's connection has them. */
export class Redis extends Codec {
  private client: Client;
  private requests: RequestWalk = new RequestWalk();
  private replies: ReplyWalk = new ReplyWalk();
  private walkingRequest: bool = false;
  private walkingReply: bool = false;
  /** Of a server's connection: the state that it is in (`Client.state`). */
  private state: i32 = 0;

  constructor(
    private settings: Settings = new Settings(),
    private peer: Peer = Peer.Client,
  ) {
    super();
    this.client = new Client(settings);
  }

  traits(): Traits {
    const traits = new Traits();
    traits.ordered = true;
    traits.heartbeat = true;
    traits.pipelined = true;
    traits.pins = true;
    return traits;
  }

  // ── Frames ──

  scan(input: Reader, frame: Frame): Scan {
    const bytes = input.rest();
    if (frame.from == Peer.Server) return this.scanReply(bytes, frame);
    const walk = this.requests;
    if (frame.seen == 0 || !this.walkingRequest) walk.start();
    const walked = walk.run(bytes);
    this.walkingRequest = walked == Walked.More;
    if (walked == Walked.More) return Scan.More;
    if (walked == Walked.Bad) return Scan.Bad;
    // An empty line, and a command without arguments, want no answer and go nowhere.
    if (walk.empty) return frame.is(Kind.Pong, walk.head, walk.length);
    const head = <i32>min(walk.length, <u64>max(LOOKED_AT, walk.head));
    // Short, and walked again when there is more.
    if (bytes.length < head) return Scan.More;
    call.read(Slice.view(bytes.ptr, head), ARGUMENTS);
    // Redis ends the connection of who sends these, and the server's is shared.
    if (call.arguments.malformed || call.word(0, HTTP)) return Scan.Bad;
    frame.keep = min(head, KEPT);
    frame.last = call.is == Is.Quit;
    return frame.is(this.peer == Peer.Server ? Kind.Request : this.kindOf(walk.length), head, walk.length);
  }

  private scanReply(bytes: Slice, frame: Frame): Scan {
    const walk = this.replies;
    if (frame.seen == 0 || !this.walkingReply) walk.start();
    const walked = walk.run(bytes);
    this.walkingReply = walked == Walked.More;
    if (walked == Walked.More) return Scan.More;
    if (walked == Walked.Bad) return Scan.Bad;
    return frame.is(walk.type == PUSH ? Kind.Opaque : Kind.Response, walk.head, walk.length);
  }

  private kindOf(length: u64): Kind {
    const verdict = this.verdict(length);
    if (verdict == Verdict.Pass) return Kind.Request;
    if (verdict == Verdict.Pin) return Kind.Session;
    return call.is == Is.Ping && verdict == Verdict.Local && call.arguments.total == 1 ? Kind.Ping : Kind.Local;
  }

  private verdict(length: u64): Verdict {
    const verdict = judge(call, this.client, this.settings);
    return verdict == Verdict.Pin && length > MAX_PINNING ? Verdict.TooLong : verdict;
  }

  // ── Requests ──

  decode(frame: Frame, meta: Metadata): bool {
    meta.service = SERVICE;
    if (frame.from == Peer.Server) return this.decodeReply(frame, meta);
    call.read(frame.bytes, ARGUMENTS);
    if (this.peer == Peer.Client && !frame.part) countCommand(call.command);
    meta.operation = copied(call.name());
    meta.state = this.client.state;
    meta.set(COMMAND, meta.operation);
    const sub = call.subcommand();
    if (sub.length > 0) meta.set(SUBCOMMAND, copied(sub));
    meta.set(ACCESS, accessName(call));
    if (call.first > 0) {
      meta.set(KEY, call.key);
      meta.set(SHARD, shardOf(call.key));
    }
    number.reset();
    number.decimal(this.client.database);
    meta.set(DATABASE, copied(number.view()));
    meta.set(USER, this.client.user.view());
    return true;
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    if (frame.from == Peer.Server || changes.additions > 0) return false;
    for (let i = 0; i < FIXED.length; i++) if (changes.find(FIXED[i]) >= 0) return false;
    const change = changes.find(KEY);
    if (change < 0 || changes.removed(change)) return false;
    call.read(frame.bytes);
    return writeWithKey(call, changes.value(change), out);
  }

  fail(request: Frame, why: Failure, out: Writer): void {
    writeFailure(why, out);
  }

  answer(request: Frame, out: Writer): void {
    call.read(request.bytes);
    const verdict = this.verdict(<u64>request.bytes.length);
    if (verdict == Verdict.Pass) {
      out.bytes(CROSSSLOT);
      return;
    }
    countRefusal(verdict);
    answerLocally(verdict, call, this.client, this.settings, out);
  }

  parts(request: Frame): i32 {
    call.read(request.bytes);
    return partsOf(call);
  }

  part(request: Frame, index: i32, out: Writer): void {
    call.read(request.bytes);
    writePart(call, index, out);
  }

  join(request: Frame, answers: Answers, out: Writer): void {
    call.read(request.bytes, 1);
    joinAnswers(call, answers, out);
  }

  session(): SessionCodec | null {
    return new RedisSession(this.client, this.settings);
  }

  // ── Answers ──

  private decodeReply(frame: Frame, meta: Metadata): bool {
    const type = frame.bytes.at(0);
    if (type != ERROR && type != BULK_ERROR) return true;
    const code = errorCode(frame.bytes);
    meta.outcome = outcomeOf(code);
    if (this.peer == Peer.Server) countError(code);
    if (code.length > 0) meta.set(ERROR_CODE, code);
    return true;
  }

  // ── Servers' connections ──

  ping(id: u64, out: Writer): void {
    out.bytes(PING);
  }

  pong(ping: Frame, out: Writer): void {
    out.bytes(PONG);
  }

  greet(out: Writer): i32 {
    return writeGreeting(this.settings, out);
  }

  prepare(state: i32, out: Writer): i32 {
    const answers = writeState(this.state, state, out);
    this.state = state;
    return answers;
  }

  admitted(answer: Frame): bool {
    const type = answer.bytes.at(0);
    if (type != ERROR && type != BULK_ERROR) return true;
    log(LogLevel.Error, "redis: a server refuses what the proxy greets it with: " + errorCode(answer.bytes).toString());
    return false;
  }
}

/** Bytes that are used again, kept for this callback. */
function copied(text: Slice): Slice {
  const at = arenaTake(<usize>max(1, text.length));
  memory.copy(at, text.ptr, <usize>text.length);
  return Slice.view(at, text.length);
}

const PUSH: u8 = 0x3e;
const ERROR: u8 = 0x2d;
const BULK_ERROR: u8 = 0x21;
const HTTP = words("post host:");
const SERVICE = Slice.fixed("redis");
const COMMAND = Slice.fixed("command");
const SUBCOMMAND = Slice.fixed("subcommand");
const ACCESS = Slice.fixed("access");
const KEY = Slice.fixed("key");
const SHARD = Slice.fixed("shard");
const DATABASE = Slice.fixed("database");
const USER = Slice.fixed("user");
const ERROR_CODE = Slice.fixed("error");
const FIXED: Array<Slice> = [COMMAND, SUBCOMMAND, ACCESS, SHARD, DATABASE, USER];
const PING = Slice.fixed("*1\r\n$4\r\nPING\r\n");
const PONG = Slice.fixed("+PONG\r\n");
const CROSSSLOT = Slice.fixed("-CROSSSLOT Keys in request don't hash to the same slot\r\n");
