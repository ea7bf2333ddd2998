import {
  Bytes,
  Cause,
  currentTimeNanoseconds,
  Failure,
  Frame,
  Metadata,
  Outcome,
  Peer,
  Reader,
  Scan,
  SessionCodec,
  Slice,
  Step,
  Writer,
} from "meltemi/assembly";
import { Denials } from "./denials";
import {
  CANCEL,
  DENIED,
  GSS_REQUEST,
  readStartup,
  scanMessage,
  scanStartup,
  sqlStateOf,
  SSL_REQUEST,
  startupCode,
  textAt,
  Type,
  writeError,
} from "./message";
import { countDenied, countError, countRefused, countStatement, kindOf, nameOfKind, recordLatency } from "./metrics";
import { Kinds } from "./prepared";
import { Settings } from "./settings";
import { Statements } from "./sql";
import { numberOfState, outcomeOfState } from "./state";

// Statements up to this length are held back until they are read.
const MAX_STATEMENT: i32 = 131072;
const MAX_ERROR: i32 = 8192;
const MAX_NAMES: i32 = 512;

const IDLE: u8 = 0x49; // I
const VERSION_3: u32 = 196608;
const VERSION_4: u32 = 262144;

const statements = new Statements();
const reason = new Writer();

/** What the messages of a batch ask for. */
enum Asks {
  /** Nothing but a point in time. */
  Nothing,
  Preparation,
  Execution,
}

/** One connection. */
export class PostgreSqlSession extends SessionCodec {
  private started: bool = false;
  private user: Bytes = Bytes.of("");
  private database: Bytes = Bytes.of("");
  private standardStrings: bool = true;
  /** The server's last word on the transaction; zero until it is ready for the first time. */
  private transaction: u8 = 0;
  /** When each query or batch began that the server has not answered yet; the first is at `answered`. */
  private begun: Array<u64> = [];
  private inBatch: bool = false;
  private asks: Asks = Asks.Nothing;
  /** Of the answer that is under way: the first error, or what it was denied. */
  private state: i32 = 0;
  private outcome: Outcome = Outcome.Ok;
  private isDenied: bool = false;
  private prepared: Kinds = new Kinds();
  private portals: Kinds = new Kinds();
  private denials: Denials = new Denials();

  constructor(private settings: Settings) {
    super();
  }

  scan(input: Reader, frame: Frame): Scan {
    if (frame.from == Peer.Server) return scanMessage(input, frame, keptOfServer);
    return this.started ? scanMessage(input, frame, keptOfClient) : scanStartup(input, frame);
  }

  // ── The client ──

  fromClient(frame: Frame, meta: Metadata, out: Writer): Step {
    if (!this.started) return this.start(frame, meta, out);
    const type = frame.bytes.at(0);
    if (type == Type.Query || type == Type.FunctionCall) {
      this.begin();
      this.inBatch = false;
      return type == Type.Query ? this.query(frame, out) : this.call(out);
    }
    if (type == Type.Parse) {
      this.begin();
      return this.parse(frame, out);
    }
    if (type == Type.Bind) {
      const portal = textAt(frame.bytes, 5);
      this.portals.set(portal, this.prepared.get(textAt(frame.bytes, 6 + portal.length)));
    } else if (type == Type.Execute) {
      this.begin();
      const kind = this.portals.get(textAt(frame.bytes, 5));
      countStatement(kind < 0 ? kindOf(Slice.empty()) : kind);
      if (this.asks != Asks.Execution) this.name(nameOfKind(kind));
      this.asks = Asks.Execution;
    } else if (type == Type.Sync) {
      this.begin();
      this.inBatch = false;
      this.nameBatch();
    } else if (type == Type.Terminate) {
      return Step.End;
    }
    return Step.Pass;
  }

  /** Statements; of one that was prepared, no more than its kind. */
  describe(frame: Frame, meta: Metadata): bool {
    if (!this.started) return false;
    const type = frame.bytes.at(0);
    const portal = textAt(frame.bytes, 5);
    if (type == Type.Execute) {
      meta.operation = nameOfKind(this.portals.get(portal));
    } else if (type == Type.Query || type == Type.Parse) {
      statements.read(type == Type.Query ? portal : textAt(frame.bytes, 6 + portal.length), this.standardStrings);
      meta.operation = statements.count > 0 ? statements.kindAt(0) : Slice.empty();
    } else {
      return false;
    }
    meta.set(MESSAGE, type == Type.Query ? QUERY : type == Type.Parse ? PARSE : EXECUTE);
    meta.set(USER, this.user.view());
    meta.set(DATABASE, this.database.view());
    if (type == Type.Execute) return true;
    for (let i = 0; i < min(statements.length, MOST_TABLES); i++) {
      const table = statements.at(i).table;
      if (table.length > 0) meta.set(TABLE, table);
    }
    return true;
  }

  private start(frame: Frame, meta: Metadata, out: Writer): Step {
    const code = startupCode(frame.bytes);
    if (code == SSL_REQUEST || code == GSS_REQUEST) {
      if (this.settings.opaqueTls) return Step.OpenOpaque;
      out.u8(0x4e); // N
      return Step.Answer;
    }
    if (code == CANCEL) {
      meta.service = Slice.view(frame.bytes.ptr + 8, frame.bytes.length - 8);
      return Step.Follow;
    }
    if (code < VERSION_3 || code >= VERSION_4) {
      if (this.settings.passUnknown) return Step.OpenOpaque;
      countRefused();
      writeError(out, true, PROTOCOL_VIOLATION, UNKNOWN_VERSION);
      return Step.Refuse;
    }
    if (!readStartup(frame.bytes, meta)) {
      writeError(out, true, PROTOCOL_VIOLATION, BAD_STARTUP);
      return Step.Refuse;
    }
    this.started = true;
    this.user = Bytes.copyOf(meta.valueAt(0));
    this.database = Bytes.copyOf(meta.valueAt(1));
    this.exchanges.begin();
    this.exchanges.names(this.database.view(), CONNECT);
    if (this.settings.access.admits(meta.valueAt(0), meta.valueAt(1))) return Step.Open;
    countDenied();
    this.exchanges.denied();
    writeError(out, true, sqlStateOf(Cause.Denied), NOT_ADMITTED);
    return Step.Refuse;
  }

  /** A query, or a batch of extended messages, begins. */
  private begin(): void {
    if (this.inBatch) return;
    this.inBatch = true;
    this.begun.push(currentTimeNanoseconds());
    this.exchanges.begin();
    this.asks = Asks.Nothing;
  }

  /** What the query, or the batch, is counted as; empty: another kind. */
  private name(operation: Slice): void {
    this.exchanges.names(this.database.view(), operation.length == 0 ? OTHER : operation);
  }

  /** A batch is whole. One that executes something is counted as the first of that. */
  private nameBatch(): void {
    if (this.asks != Asks.Execution) this.name(this.asks == Asks.Preparation ? PREPARE : SYNC);
  }

  private query(frame: Frame, out: Writer): Step {
    const allowed = this.check(frame, 5);
    this.name(statements.count > 0 ? nameOfKind(kindOf(statements.kindAt(0))) : OTHER);
    if (allowed) {
      for (let i = 0; i < statements.count; i++) countStatement(kindOf(statements.kindAt(i)));
      return Step.Pass;
    }
    out.u8(Type.Query);
    const start = out.reserve(4);
    this.denials.add(reason.view(), out);
    out.patchU32(start, out.length - start);
    return Step.Replace;
  }

  private parse(frame: Frame, out: Writer): Step {
    const name = textAt(frame.bytes, 5);
    const allowed = this.check(frame, 6 + name.length);
    this.prepared.set(name, statements.count > 0 ? kindOf(statements.kindAt(0)) : kindOf(Slice.empty()));
    if (this.asks == Asks.Nothing) this.asks = Asks.Preparation;
    if (allowed) return Step.Pass;
    out.u8(Type.Parse);
    const start = out.reserve(4);
    out.bytes(name);
    out.u8(0);
    this.denials.add(reason.view(), out);
    out.u16(0);
    out.patchU32(start, out.length - start);
    return Step.Replace;
  }

  /** A call of a function by its number: no more is known of it. */
  private call(out: Writer): Step {
    statements.read(FUNCTION, true);
    this.name(FUNCTION);
    if (this.allowed()) return Step.Pass;
    out.u8(Type.Query);
    const start = out.reserve(4);
    this.denials.add(reason.view(), out);
    out.patchU32(start, out.length - start);
    return Step.Replace;
  }

  /** May the SQL at this place of a message be? If not, `reason` says why. */
  private check(frame: Frame, at: i32): bool {
    const sql = textAt(frame.bytes, at);
    statements.read(sql, this.standardStrings);
    if (!this.settings.access.active) return true;
    if (<u64>frame.bytes.length < frame.length) {
      countDenied();
      reason.reset();
      reason.bytes(TOO_LONG);
      return false;
    }
    return this.allowed();
  }

  private allowed(): bool {
    const rules = this.settings.access;
    const user = this.user.view();
    const database = this.database.view();
    for (let i = 0; i < statements.length; i++) {
      const access = statements.at(i);
      if (rules.allows(user, database, access)) continue;
      countDenied();
      reason.reset();
      reason.bytes(MAY_NOT);
      reason.bytes(access.kind);
      if (access.table.length > 0) {
        reason.u8(0x20);
        reason.bytes(access.table);
      }
      return false;
    }
    return true;
  }

  // ── The server ──

  fromServer(frame: Frame, meta: Metadata, out: Writer): Step {
    const type = frame.bytes.at(0);
    if (type == Type.ReadyForQuery && frame.bytes.length >= 6) {
      this.ready(frame.bytes.at(5));
    } else if (type == Type.ErrorResponse) {
      return this.error(frame, out);
    } else if (type == Type.BackendKeyData) {
      meta.service = Slice.view(frame.bytes.ptr + 5, frame.bytes.length - 5);
      return Step.Name;
    } else if (type == Type.ParameterStatus) {
      const name = textAt(frame.bytes, 5);
      if (name.equals(STANDARD_STRINGS)) this.standardStrings = !textAt(frame.bytes, 6 + name.length).equals(OFF);
    }
    return Step.Pass;
  }

  private ready(transaction: u8): void {
    if (this.transaction != 0 && this.begun.length > 0) {
      recordLatency(currentTimeNanoseconds() - this.begun.shift());
    }
    this.answered();
    this.transaction = transaction;
    if (this.begun.length == 0) this.denials.clear();
  }

  /** The answer that is under way is whole. */
  private answered(): void {
    if (this.isDenied) this.exchanges.denied();
    else this.exchanges.answered(this.outcome, this.state);
    this.isDenied = false;
    this.outcome = Outcome.Ok;
    this.state = 0;
  }

  private error(frame: Frame, out: Writer): Step {
    let state = Slice.empty();
    let message = Slice.empty();
    let severity = Slice.empty();
    let at = 5;
    while (at < frame.bytes.length && frame.bytes.at(at) != 0) {
      const field = frame.bytes.at(at);
      const text = textAt(frame.bytes, at + 1);
      if (field == 0x56 || (field == 0x53 && severity.length == 0)) severity = text;
      if (field == 0x43) state = text;
      else if (field == 0x4d) message = text;
      at += text.length + 2;
    }
    const denied = this.denials.reasonFor(message);
    if (denied == null) {
      countError(state);
      if (this.outcome == Outcome.Ok) {
        this.state = numberOfState(state);
        this.outcome = outcomeOfState(state);
      }
      // Its last word: it will never be ready again.
      if (severity.equals(FATAL) || severity.equals(PANIC)) this.answered();
      return Step.Pass;
    }
    this.isDenied = true;
    writeError(out, false, DENIED, denied.view());
    return Step.Replace;
  }

  // ── The proxy itself ──

  fail(why: Failure, out: Writer): void {
    writeError(out, true, sqlStateOf(why.cause), why.message);
  }

  /** As a server that shuts down does it (admin_shutdown): pools take another connection. */
  drain(out: Writer): bool {
    if (this.transaction != IDLE || this.begun.length > 0) return false;
    writeError(out, true, ADMIN_SHUTDOWN, SHUTDOWN);
    return true;
  }
}

function keptOfClient(type: u8): i32 {
  if (type == Type.Query || type == Type.Parse) return MAX_STATEMENT;
  return type == Type.Bind || type == Type.Execute ? MAX_NAMES : 0;
}

function keptOfServer(type: u8): i32 {
  if (type == Type.ErrorResponse) return MAX_ERROR;
  return type == Type.ReadyForQuery || type == Type.BackendKeyData || type == Type.ParameterStatus ? MAX_NAMES : 0;
}

const CONNECT = Slice.fixed("connect");
const PREPARE = Slice.fixed("prepare");
const SYNC = Slice.fixed("sync");
const OTHER = Slice.fixed("other");
const FATAL = Slice.fixed("FATAL");
const PANIC = Slice.fixed("PANIC");
const MOST_TABLES: i32 = 20;
const MESSAGE = Slice.fixed("message");
const QUERY = Slice.fixed("query");
const PARSE = Slice.fixed("parse");
const EXECUTE = Slice.fixed("execute");
const USER = Slice.fixed("user");
const DATABASE = Slice.fixed("database");
const TABLE = Slice.fixed("table");
const FUNCTION = Slice.fixed("function");
const STANDARD_STRINGS = Slice.fixed("standard_conforming_strings");
const OFF = Slice.fixed("off");
const PROTOCOL_VIOLATION = Slice.fixed("08P01");
const ADMIN_SHUTDOWN = Slice.fixed("57P01");
const UNKNOWN_VERSION = Slice.fixed("the proxy reads protocol 3 of PostgreSQL only");
const BAD_STARTUP = Slice.fixed("the startup message is not well formed");
const NOT_ADMITTED = Slice.fixed("the proxy does not admit this user to this database");
const SHUTDOWN = Slice.fixed("terminating connection: the proxy drains its connections");
const TOO_LONG = Slice.fixed("the statement is too long for the proxy to check it");
const MAY_NOT = Slice.fixed("permission denied by the proxy: ");
