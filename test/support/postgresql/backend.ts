import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { Attributes } from "../protocol.js";
import { RecordingBackend } from "../recording-backend.js";
import { Decoder, errorResponse, head, type Message, message, parametersOf } from "./wire.js";

// AuthenticationOk: everybody is let in.
const WELCOME = message("R", Buffer.alloc(4));
// RowDescription: one column named `value`, of no table, of type text (25) and any length, as text.
const COLUMNS = message("T", Buffer.from("000176616c75650000000000000000000019ffffffffffff0000", "hex"));

/**
 * As much of a PostgreSQL server as sessions need: it lets everybody in, takes simple queries and COPY, and knows whether
 * it is in a transaction. Each query is recorded, with the session's parameters; the answer is one row.
 */
export class PostgreSqlBackend extends RecordingBackend {
  /** Whether it reads what it is sent after it has said that it is ready for a COPY. */
  private reading = true;
  private readonly unread = new Set<Socket>();

  static start(name: string, port = 0): Promise<PostgreSqlBackend> {
    return new PostgreSqlBackend(name).listen(port);
  }

  /** From now on it leaves unread what clients copy into it, until `read`. */
  stopReading(): void {
    this.reading = false;
  }

  read(): void {
    this.reading = true;
    for (const socket of this.unread) socket.resume();
    this.unread.clear();
  }

  protected override serve(socket: Socket, connection: number): void {
    const session = new BackendSession(connection);
    const decoder = new Decoder(true);
    let turn = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      for (const received of decoder.push(chunk)) turn = turn.then(() => this.take(received, session, socket));
    });
  }

  private async take({ type, body }: Message, session: BackendSession, socket: Socket): Promise<void> {
    if (type === "") {
      session.parameters = parametersOf(body);
      write(socket, WELCOME, parameterStatus("served_by", this.name), session.key(), session.ready());
    } else if (type === "Q") {
      const sql = body.subarray(0, -1);
      if (!/^copy /i.test(sql.toString("utf8", 0, 16))) return this.answer(sql, session, socket);
      write(socket, message("G", Buffer.alloc(3)));
      if (this.reading) return;
      this.unread.add(socket.pause());
    } else if (type === "d") {
      session.copied.update(body);
    } else if (type === "c") {
      const digest = session.copied.digest("hex");
      session.copied = createHash("sha256");
      return this.answer(Buffer.from(`copied ${digest}`), session, socket);
    } else if (type === "X") {
      socket.end();
    }
  }

  private async answer(sql: Buffer, session: BackendSession, socket: Socket): Promise<void> {
    const operation = /^\w*/.exec(sql.toString("utf8", 0, 16))?.[0].toLowerCase() ?? "";
    const { connection, parameters } = session;
    const recorded = { raw: message("Q", sql), operation, attributes: parameters, payload: sql };
    const reply = await this.record({ ...recorded, oneWay: false, connection });
    if (reply === undefined) return;
    if (operation === "begin") session.inTransaction = true;
    if (operation === "commit" || operation === "rollback") session.inTransaction = false;
    if (reply.business) write(socket, errorResponse("ERROR", "22000", `${reply.payload ?? ""}`), session.ready());
    else write(socket, COLUMNS, ...row(Buffer.from(reply.payload ?? sql)), message("C", "SELECT 1\0"), session.ready());
  }
}

class BackendSession {
  parameters: Attributes = [];
  inTransaction = false;
  copied = createHash("sha256");

  constructor(readonly connection: number) {}

  /** BackendKeyData: what a client shows that wants to cancel. */
  key(): Buffer {
    const body = Buffer.alloc(8);
    body.writeUInt32BE(process.pid);
    body.writeUInt32BE(this.connection, 4);
    return message("K", body);
  }

  ready(): Buffer {
    return message("Z", this.inTransaction ? "T" : "I");
  }
}

function parameterStatus(name: string, value: string): Buffer {
  return message("S", `${name}\0${value}\0`);
}

/** DataRow with one column. The value is not copied: tests have hundreds of large ones under way. */
function row(value: Buffer): [Buffer, Buffer] {
  const columns = Buffer.alloc(6);
  columns.writeUInt16BE(1);
  columns.writeUInt32BE(value.length, 2);
  return [Buffer.concat([head("D", columns.length + value.length), columns]), value];
}

function write(socket: Socket, ...all: readonly Buffer[]): void {
  if (socket.destroyed) return;
  socket.cork();
  for (const bytes of all) socket.write(bytes);
  socket.uncork();
}
