import {
  Answers,
  Codec,
  Failure,
  Frame,
  Kind,
  Metadata,
  Mutation,
  Peer,
  Reader,
  Scan,
  SessionCodec,
  Slice,
  Step,
  Traits,
  Writer,
} from "meltemi/assembly";

// A protocol without ids, answered in order, made to try what the SDK has for such protocols.
//
//   frame = length u32 (of what follows), kind u8, text
//
// From clients: `g` asks for a key, `m` for several (a comma between them), `l` is answered by the proxy, `s` puts the
// connection into a state, a digit; `q` is as `l`, and the client's last; `p` is a heartbeat. `b` begins a session, in which `n` is answered by the proxy, `d`
// is replaced, and the answer to `e` ends it.
// From servers: `r` is an answer, `x` an error, `!` a push. From the proxy: `a` greets, `t` sets a state.
const HEAD = 5;
const MAX_KEPT = 1024;

const GET: u8 = 0x67;
const SEVERAL: u8 = 0x6d;
const LOCAL: u8 = 0x6c;
const STATE: u8 = 0x73;
const LAST: u8 = 0x71;
const PING: u8 = 0x70;
const BEGIN: u8 = 0x62;
const END: u8 = 0x65;
const ANSWERED: u8 = 0x6e;
const REPLACED: u8 = 0x64;
const ANSWER: u8 = 0x72;
const ERROR: u8 = 0x78;
const PUSH: u8 = 0x21;
const GREETING: u8 = 0x61;
const SET_STATE: u8 = 0x74;
const COMMA: u8 = 0x2c;

const SERVICE = Slice.fixed("lined");
const KEY = Slice.fixed("key");
const GREETING_WORD = Slice.fixed("open sesame");

export class Lined extends Codec {
  private state: i32 = 0;

  traits(): Traits {
    const traits = new Traits();
    traits.ordered = true;
    traits.heartbeat = true;
    traits.pipelined = true;
    traits.pins = true;
    return traits;
  }

  scan(input: Reader, frame: Frame): Scan {
    return scanFrame(input, frame);
  }

  decode(frame: Frame, meta: Metadata): bool {
    meta.service = SERVICE;
    if (frame.from == Peer.Client) meta.set(KEY, textOf(frame.bytes));
    meta.state = this.state;
    return true;
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    const change = changes.find(KEY);
    if (change < 0 || changes.removed(change)) return false;
    write(out, frame.bytes.at(4), changes.value(change));
    return true;
  }

  fail(request: Frame, why: Failure, out: Writer): void {
    write(out, ERROR, why.message);
  }

  answer(request: Frame, out: Writer): void {
    const text = textOf(request.bytes);
    if (request.bytes.at(4) == STATE) this.state = text.decimal();
    write(out, ANSWER, text);
  }

  ping(id: u64, out: Writer): void {
    write(out, PING, Slice.empty());
  }

  pong(ping: Frame, out: Writer): void {
    write(out, ANSWER, Slice.empty());
  }

  greet(out: Writer): i32 {
    write(out, GREETING, GREETING_WORD);
    return 1;
  }

  admitted(answer: Frame): bool {
    return answer.bytes.at(4) != ERROR;
  }

  prepare(state: i32, out: Writer): i32 {
    if (state == this.state) return 0;
    this.state = state;
    const at = out.length;
    write(out, SET_STATE, Slice.empty());
    out.decimal(state);
    out.patchU32(at, out.length - at - 4);
    return 1;
  }

  parts(request: Frame): i32 {
    if (request.bytes.at(4) != SEVERAL) return 1;
    let count = 1;
    for (let i = HEAD; i < request.bytes.length; i++) if (request.bytes.at(i) == COMMA) count++;
    return count;
  }

  part(request: Frame, index: i32, out: Writer): void {
    let from = HEAD;
    for (let i = 0; i < index; i++) from = commaAfter(request.bytes, from) + 1;
    write(out, GET, Slice.view(request.bytes.ptr + <usize>from, commaAfter(request.bytes, from) - from));
  }

  join(request: Frame, answers: Answers, out: Writer): void {
    const at = out.length;
    write(out, ANSWER, Slice.empty());
    for (let i = 0; i < answers.length; i++) {
      if (i > 0) out.u8(COMMA);
      out.bytes(textOf(answers.at(i)));
    }
    out.patchU32(at, out.length - at - 4);
  }

  session(): SessionCodec | null {
    return new LinedSession();
  }
}

class LinedSession extends SessionCodec {
  /** Answers that the server still owes. */
  private owed: i32 = 0;
  private ending: bool = false;

  scan(input: Reader, frame: Frame): Scan {
    return scanFrame(input, frame);
  }

  fromClient(frame: Frame, meta: Metadata, out: Writer): Step {
    const kind = frame.bytes.at(4);
    if (kind == ANSWERED) {
      write(out, ANSWER, textOf(frame.bytes));
      return Step.Answer;
    }
    this.owed++;
    this.ending = kind == END;
    if (kind != REPLACED) return Step.Pass;
    write(out, GET, KEY);
    return Step.Replace;
  }

  fromServer(frame: Frame, meta: Metadata, out: Writer): Step {
    if (frame.kind == Kind.Opaque) return Step.Pass;
    this.owed--;
    return this.ending && this.owed == 0 ? Step.Release : Step.Pass;
  }

  fail(why: Failure, out: Writer): void {
    write(out, ERROR, why.message);
  }
}

function scanFrame(input: Reader, frame: Frame): Scan {
  const length = input.u32();
  const kind = input.u8();
  if (!input.ok) return Scan.More;
  if (kind < PUSH || length == 0) return Scan.Bad;
  frame.keep = <i32>min<u64>(<u64>length + 4, MAX_KEPT);
  frame.last = kind == LAST;
  return frame.is(kindOf(kind, frame.from), HEAD, <u64>length + 4);
}

function kindOf(kind: u8, from: Peer): Kind {
  if (from == Peer.Server) return kind == PUSH ? Kind.Opaque : Kind.Response;
  if (kind == LOCAL || kind == STATE || kind == LAST) return Kind.Local;
  if (kind == PING) return Kind.Ping;
  return kind == BEGIN ? Kind.Session : Kind.Request;
}

function textOf(bytes: Slice): Slice {
  return Slice.view(bytes.ptr + HEAD, max(0, bytes.length - HEAD));
}

function commaAfter(bytes: Slice, from: i32): i32 {
  let at = from;
  while (at < bytes.length && bytes.at(at) != COMMA) at++;
  return at;
}

function write(out: Writer, kind: u8, text: Slice): void {
  out.u32(text.length + 1);
  out.u8(kind);
  out.bytes(text);
}
