// PostgreSQL's messages, protocol 3 (postgresql.org/docs/current/protocol-message-formats.html):
//   type u8, length u32 (of all but the type), body
//   StartupMessage, a client's first: length u32 (of all of it), version u32, *( name NUL, value NUL ), NUL

/** A message; `type` is a letter, and empty for a client's first. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

const VERSION = 196_608;

export function message(type: string, body: Buffer | string = ""): Buffer {
  return Buffer.concat([head(type, Buffer.byteLength(body)), Buffer.from(body)]);
}

/** What stands before a body of so many bytes. */
export function head(type: string, bytes: number): Buffer {
  const all = Buffer.alloc(5);
  all.write(type);
  all.writeUInt32BE(bytes + 4, 1);
  return all;
}

export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${pairs.join("")}\0`);
  const all = Buffer.alloc(8);
  all.writeUInt32BE(8 + body.length);
  all.writeUInt32BE(VERSION, 4);
  return Buffer.concat([all, body]);
}

/** The parameters of a startup message's body, which begins with the version. */
export function parametersOf(body: Buffer): [name: string, value: string][] {
  const texts = body.toString("utf8", 4).split("\0").slice(0, -2);
  return texts.flatMap((name, i) => (i % 2 === 0 ? [[name, texts[i + 1] ?? ""] as [string, string]] : []));
}

/** ErrorResponse: SQLSTATE and words, after the severity that both kinds of clients look for. */
export function errorResponse(severity: "ERROR" | "FATAL", state: string, words: string): Buffer {
  return message("E", `S${severity}\0V${severity}\0C${state}\0M${words}\0\0`);
}

/** SQLSTATE and words of an ErrorResponse's body. */
export function errorOf(body: Buffer): { state: string; words: string } {
  const fields = body.toString().split("\0");
  const field = (letter: string) => fields.find((text) => text.startsWith(letter))?.slice(1) ?? "";
  return { state: field("C"), words: field("M") };
}

/** Cuts what one side sends into messages; a large one is put together once, when all of it is there. */
export class Decoder {
  private pieces: Buffer[] = [];
  private size = 0;
  private wanted = 1;

  /** @param untyped whether the first message is a client's startup message */
  constructor(private untyped = false) {}

  push(chunk: Buffer): Message[] {
    this.pieces.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return [];
    const bytes = this.pieces.length === 1 ? chunk : Buffer.concat(this.pieces);
    const messages: Message[] = [];
    let at = 0;
    for (;;) {
      const typed = this.untyped ? 0 : 1;
      this.wanted = typed + 4;
      if (bytes.length - at < this.wanted) break;
      this.wanted = typed + bytes.readUInt32BE(at + typed);
      if (bytes.length - at < this.wanted) break;
      const type = bytes.toString("latin1", at, at + typed);
      messages.push({ type, body: bytes.subarray(at + typed + 4, at + this.wanted) });
      at += this.wanted;
      this.untyped = false;
    }
    this.pieces = [bytes.subarray(at)];
    this.size = bytes.length - at;
    return messages;
  }
}
