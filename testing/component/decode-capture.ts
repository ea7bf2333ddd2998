import { type Connection, type End, type Happening, readConnections, type Summary } from "../capture/index.js";
import { type Conversation, converse, type Refused } from "./conversation.js";
import type { CodecComponent, CodecMessage } from "./load.js";

/** Bytes that are not in the recorded file, so that nothing behind them can be read. */
export interface Missing {
  readonly refused: "gap";
  /** So many bytes are missing, as far as is known. */
  readonly missing: number;
  /** So many are there behind the gap. */
  readonly bytes: number;
}

/** A frame of a recorded connection, or what is against the rest of one of its directions. */
export type CapturedFrame = {
  /** When its last byte was recorded: RFC 3339, to the nanosecond; undefined where the file does not say. */
  readonly time: string | undefined;
  /** `client > server`, each `address:port`. */
  readonly connection: string;
  readonly from: End;
  /** Where in its direction it begins, in bytes. */
  readonly at: number;
} & (CodecMessage | Refused | Missing);

/** What is not known of a frame within one direction. */
type Read = { readonly at: number } & (CodecMessage | Refused);

/**
 * The frames of all TCP connections of a recorded file, as they were whole. In each connection the codec remembers what was
 * said in both directions.
 * @param port only connections whose server has this port
 */
export function* decodeCapture(codec: CodecComponent, file: Buffer, port?: number): Generator<CapturedFrame, Summary> {
  const open = new Map<Connection, Reading>();
  const happenings = readConnections(file, port);
  for (let next = happenings.next(); ; next = happenings.next()) {
    if (next.done) return next.value;
    const { connection } = next.value;
    const reading = open.get(connection) ?? new Reading(codec);
    open.set(connection, reading);
    for (const { from, ...read } of reading.take(next.value)) {
      const place = { time: written(next.value.time), connection: `${connection.client} > ${connection.server}`, from };
      yield { ...place, ...read };
    }
    if ("ended" in next.value) open.delete(connection);
  }
}

/** One connection. */
class Reading {
  readonly #conversation: Conversation;
  readonly #directions: Readonly<Record<End, Direction>>;

  constructor(codec: CodecComponent) {
    const conversation = converse(codec);
    this.#conversation = conversation;
    this.#directions = { client: new Direction(conversation, "client"), server: new Direction(conversation, "server") };
  }

  *take(happening: Happening): Generator<{ from: End; at: number } & (CodecMessage | Refused | Missing)> {
    if ("bytes" in happening) {
      const { from, bytes } = happening;
      for (const read of this.#directions[from].take(bytes)) yield { from, ...read };
    } else if ("gap" in happening) {
      const { from, gap, behind } = happening;
      yield { from, at: gap.at, refused: "gap", missing: gap.missing, bytes: behind };
    } else {
      for (const from of ["client", "server"] as const) {
        const left = this.#directions[from].left();
        if (left) yield { from, ...left };
      }
      this.#conversation.close();
    }
  }
}

/** What one end says. */
class Direction {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** With fewer bytes there is no frame. */
  #needed = 1;
  #at = 0;
  /** Why what is left was not read. */
  #refused: Refused | undefined;

  constructor(
    private readonly conversation: Conversation,
    private readonly from: End,
  ) {}

  *take(bytes: Uint8Array): Generator<Read> {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#needed || this.#refused?.refused === "malformed") return;
    let rest: Uint8Array = Buffer.concat(this.#pieces);
    this.#refused = undefined;
    while (rest.length > 0) {
      const read = this.conversation.read(this.from, rest);
      if ("refused" in read) {
        this.#refused = read;
        this.#needed = read.of ?? rest.length + 1;
        break;
      }
      yield { at: this.#at, ...read };
      this.#at += read.length;
      rest = rest.subarray(read.length);
    }
    this.#pieces = [rest];
    this.#length = rest.length;
  }

  /** What was not read, at the connection's end. */
  left(): Read | undefined {
    return this.#refused && { at: this.#at, ...this.#refused, bytes: this.#length };
  }
}

/** Of the year 9999: files that are no good have times of any size. */
const LAST_TIME = BigInt(Date.UTC(9999, 0)) * 1_000_000n;

function written(time: bigint | undefined): string | undefined {
  if (time === undefined || time > LAST_TIME) return undefined;
  const fraction = (time % 1_000_000_000n).toString().padStart(9, "0");
  return new Date(Number(time / 1_000_000n)).toISOString().replace(/\.\d+Z$/, `.${fraction}Z`);
}
