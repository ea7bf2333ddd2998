import { Reader, Slice, Writer } from "../bytes";
import { Codec, Frame, Kind, Metadata, Peer, Scan, SessionCodec, Step } from "../codec";
import { codecFor, newSession } from "./registry";

/** Why nothing was read, in the order of the contract. */
export enum Refusal {
  Incomplete,
  Malformed,
  Unsupported,
  Closed,
}

/** What `read` returns of a frame that was read. */
export const READ: i32 = -1;

// As in the bridge (tunnel/passage.ts): a codec is shown no more of a session's message, and knows its length from this much.
const MAX_KEPT: u64 = 262144;
const MAX_HEAD: i32 = 65536;

const reader = new Reader();
const lastFrame = new Frame();
const lastMeta = new Metadata();
const scratch = new Metadata();
const output = new Writer();

/** Both directions of one connection, with what its codec remembers. */
export class Connection {
  /** Of the frame that was read last, of all connections: one call reads one. */
  readonly frame: Frame = lastFrame;
  readonly meta: Metadata = lastMeta;
  /** Of a session's message, else -1. */
  step: i32 = -1;
  /** Of what is incomplete: so many bytes it has in all; zero where that is not known. */
  needed: u64 = 0;
  /** The codecs of the two sides of a proxy, once they are asked for. */
  private client: Codec | null = null;
  private server: Codec | null = null;
  private session: SessionCodec | null = null;
  /** Is the protocol one of sessions from the first byte on? */
  private sessions: bool = false;
  /** Nothing is looked at any more, up to the end. */
  private opaque: bool = false;
  /** Answers to requests that came before the session: the session's codec is not shown them. */
  private owed: i32 = 0;

  constructor() {
    this.session = newSession();
    this.sessions = this.session != null;
  }

  /** Who reads this sender's frames; null in a protocol of sessions. */
  codec(sender: Peer): Codec | null {
    if (this.sessions) return null;
    const known = sender == Peer.Client ? this.client : this.server;
    if (known != null) return known;
    const codec = codecFor(sender);
    if (sender == Peer.Client) this.client = codec;
    else this.server = codec;
    return codec;
  }

  /** Reads the first frame of some bytes: `READ`, or a `Refusal`. */
  read(sender: Peer, bytes: Slice): i32 {
    this.frame.clear();
    this.frame.from = sender;
    this.meta.clear();
    this.step = -1;
    this.needed = 0;
    if (this.opaque) return this.unseen(bytes);
    const session = this.session;
    if (session != null && (sender == Peer.Client || this.owed == 0)) return this.readMessage(session, sender, bytes);
    return this.readFrame(this.codec(sender)!, sender, bytes);
  }

  private unseen(bytes: Slice): i32 {
    if (bytes.length == 0) return Refusal.Incomplete;
    this.frame.is(Kind.Opaque, 0, <u64>bytes.length);
    return READ;
  }

  private readFrame(codec: Codec, sender: Peer, bytes: Slice): i32 {
    const frame = this.frame;
    const scan = codec.scan(reader.reset(bytes.ptr, bytes.length), frame);
    if (scan == Scan.More) return Refusal.Incomplete;
    if (scan != Scan.Frame || frame.length == 0) return Refusal.Malformed;
    if (frame.length > <u64>bytes.length) return this.incomplete(frame.length);
    frame.bytes = Slice.view(bytes.ptr, <i32>frame.length);
    const kind = frame.kind;
    const silent = kind == Kind.Ping || kind == Kind.Pong || kind == Kind.Drain || kind == Kind.Opaque;
    const read = silent || codec.decode(frame, this.meta);
    if (sender == Peer.Server) {
      if (this.owed > 0 && (kind == Kind.Response || kind == Kind.Pong)) this.owed--;
    } else if (kind == Kind.Request || kind == Kind.Ping || kind == Kind.Local) {
      this.owed++;
    }
    if (kind == Kind.Local) this.answer(codec, frame);
    if (kind == Kind.Session) return this.bind(codec, bytes);
    return read || kind == Kind.Local ? READ : Refusal.Unsupported;
  }

  /** Its codec remembers what it answers itself (Redis: SELECT). */
  private answer(codec: Codec, frame: Frame): void {
    output.reset();
    codec.answer(frame, output);
  }

  /** The connection is bound to one server from this request on, which is the session's first message too. */
  private bind(codec: Codec, bytes: Slice): i32 {
    const session = codec.session();
    this.session = session;
    this.opaque = session == null;
    if (session == null) return READ;
    const frame = this.frame;
    const length = frame.length;
    if (session.scan(reader.reset(bytes.ptr, <i32>length), frame) == Scan.Frame) {
      frame.bytes = Slice.view(bytes.ptr, shown(frame, <i32>length));
      this.step = session.fromClient(frame, opening(), output);
    }
    return this.found(Kind.Session, length);
  }

  private readMessage(session: SessionCodec, sender: Peer, bytes: Slice): i32 {
    const frame = this.frame;
    const scan = session.scan(reader.reset(bytes.ptr, bytes.length), frame);
    if (scan == Scan.More && bytes.length < MAX_HEAD) return Refusal.Incomplete;
    if (scan != Scan.Frame || frame.length == 0) return Refusal.Malformed;
    if (frame.length > <u64>bytes.length) return this.incomplete(frame.length);
    const length = frame.length;
    frame.bytes = Slice.view(bytes.ptr, shown(frame, <i32>length));
    if (sender == Peer.Server) {
      this.step = session.fromServer(frame, opening(), output);
      if (this.step == Step.Release || this.step == Step.ReplaceAndRelease) this.release();
      return this.found(Kind.Opaque, length);
    }
    const meta = this.meta;
    const said = session.describe(frame, meta);
    if (!said) meta.clear();
    output.reset();
    this.step = session.fromClient(frame, said ? opening() : meta, output);
    // What a session is known as to others is a key, and no name.
    if (!said && this.step != Step.Open) meta.clear();
    if (this.step == Step.OpenOpaque) this.opaque = true;
    return this.found(kindOf(this.step, said), length);
  }

  /** The session is over, where it was one within requests. */
  private release(): void {
    if (!this.sessions) this.session = null;
  }

  private found(kind: Kind, length: u64): i32 {
    this.frame.is(kind, 0, length);
    return READ;
  }

  private incomplete(length: u64): i32 {
    this.needed = length;
    return Refusal.Incomplete;
  }
}

/** How much of a message its codec is shown. */
function shown(frame: Frame, length: i32): i32 {
  return <i32>min(min(<u64>max(max(frame.keep, frame.head), 1), <u64>length), MAX_KEPT);
}

/** Metadata that nobody is shown. */
function opening(): Metadata {
  output.reset();
  scratch.clear();
  return scratch;
}

function kindOf(step: Step, said: bool): Kind {
  if (step == Step.Open || step == Step.OpenOpaque || step == Step.Follow) return Kind.Session;
  if (step == Step.Answer || step == Step.Refuse) return Kind.Local;
  return said ? Kind.Request : Kind.Opaque;
}
