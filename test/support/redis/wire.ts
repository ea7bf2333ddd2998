import type { Attributes } from "../protocol.js";

// request = "*" count CRLF *bulk                          a command; `SET key payload name value …` where nothing else is said
// answer  = [ "|" count CRLF *( bulk bulk ) ] ( bulk / ( "+" / "-" / ":" ) text CRLF )           attributes are RESP3's
// bulk    = "$" length CRLF bytes CRLF

export interface Reply {
  /** `$`, `+`, `-` or `:`. */
  readonly type: string;
  readonly attributes: Attributes;
  readonly payload: Buffer;
}

export interface Command {
  readonly raw: Buffer;
  readonly args: readonly Buffer[];
}

type Text = Buffer | string;

export function encodeCommand(...args: readonly Text[]): Buffer {
  return Buffer.concat([Buffer.from(`*${args.length}\r\n`), ...args.map(bulk)]);
}

export function encodeReply({ type, attributes, payload }: Reply): Buffer {
  const pairs = attributes.length > 0 ? [Buffer.from(`|${attributes.length}\r\n`), ...attributes.flat().map(bulk)] : [];
  return Buffer.concat([...pairs, type === "$" ? bulk(payload) : Buffer.from(`${type}${payload}\r\n`)]);
}

/** Cuts a stream of bytes into what `read` finds; throws where there are bytes of nothing. */
export class Decoder<T> {
  private rest = Buffer.alloc(0);

  constructor(private readonly read: (cursor: Cursor) => T) {}

  push(bytes: Uint8Array): T[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const found: T[] = [];
    const cursor = new Cursor(this.rest);
    let end = 0;
    try {
      for (; cursor.at < this.rest.length; end = cursor.at) found.push(this.read(cursor));
    } catch (error) {
      if (error !== MORE) throw error;
    }
    this.rest = this.rest.subarray(end);
    return found;
  }
}

export function readCommand(cursor: Cursor): Command {
  const start = cursor.at;
  const [type, count] = cursor.line();
  if (type !== "*") throw new Error(`no command: ${type}${count}`);
  const args = Array.from({ length: Number(count) }, () => cursor.bulk());
  return { raw: cursor.since(start), args };
}

export function readReply(cursor: Cursor): Reply {
  let [type, text] = cursor.line();
  const attributes: [string, string][] = [];
  if (type === "|") {
    for (let left = Number(text); left > 0; left--) attributes.push([`${cursor.bulk()}`, `${cursor.bulk()}`]);
    [type, text] = cursor.line();
  }
  if (type === "$") return { type, attributes, payload: cursor.bytes(Number(text)) };
  if (type === undefined || !"+-:".includes(type)) throw new Error(`no reply: ${type}${text}`);
  return { type, attributes, payload: Buffer.from(text, "latin1") };
}

/** Thrown where the rest is still to come. */
const MORE = new Error("more bytes are to come");

export class Cursor {
  at = 0;

  constructor(private readonly all: Buffer) {}

  /** A line's first character, and what follows it, in Latin-1. */
  line(): [type: string, text: string] {
    const end = this.all.indexOf("\r\n", this.at);
    if (end < 0) throw MORE;
    const text = this.all.toString("latin1", this.at, end);
    this.at = end + 2;
    return [text.slice(0, 1), text.slice(1)];
  }

  bulk(): Buffer {
    const [type, length] = this.line();
    if (type !== "$") throw new Error(`no bulk string: ${type}${length}`);
    return this.bytes(Number(length));
  }

  /** So many, and the end of their line. */
  bytes(length: number): Buffer {
    const start = this.at;
    if (this.all.length < start + length + 2) throw MORE;
    this.at = start + length + 2;
    return this.all.subarray(start, start + length);
  }

  since(start: number): Buffer {
    return this.all.subarray(start, this.at);
  }
}

function bulk(value: Text): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
}
