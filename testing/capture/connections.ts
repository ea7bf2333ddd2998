import { MalformedCapture } from "./packet.js";
import { readPackets } from "./packets.js";
import { type LeftOut, readSegment, type Segment } from "./segment.js";
import { type Gap, Stream } from "./stream.js";

/** One of a connection's ends. */
export type End = "client" | "server";

/** A TCP connection. */
export interface Connection {
  /** `address:port`. */
  readonly client: string;
  readonly server: string;
  /** Its beginning is not in the file: who the client is was told from the ports, and bytes may be missing before the first. */
  readonly joined: boolean;
}

/** What is told of a connection, in the order of the packets that brought it about. */
export type Happening = { readonly connection: Connection; readonly time: bigint | undefined } & (
  | { readonly from: End; readonly bytes: Buffer }
  | { readonly from: End; readonly gap: Gap; readonly behind: number }
  | { readonly ended: true }
);

/** What was left out of a file, and why. */
export interface Summary {
  readonly leftOut: ReadonlyMap<LeftOut, number>;
  /** The file was cut off. */
  readonly cutOff: string | undefined;
}

class Followed {
  readonly streams: Readonly<Record<End, Stream>> = { client: new Stream(), server: new Stream() };
  last: bigint | undefined;

  constructor(readonly connection: Connection) {}

  /** Is this the beginning of another connection between the same ends? */
  isOver(segment: Segment): boolean {
    return this.streams[this.fromOf(segment)].isAnother(segment);
  }

  fromOf({ from }: Segment): End {
    return from === this.connection.client ? "client" : "server";
  }

  *take(segment: Segment): Generator<Happening> {
    const from = this.fromOf(segment);
    this.last = segment.time;
    for (const bytes of this.streams[from].take(segment)) {
      yield { connection: this.connection, time: segment.time, from, bytes };
    }
  }

  *end(): Generator<Happening> {
    const { connection, last: time } = this;
    for (const from of ["client", "server"] as const) {
      const gap = this.streams[from].gap();
      if (gap) yield { connection, time, from, gap, behind: this.streams[from].behind };
    }
    yield { connection, time, ended: true };
  }
}

/**
 * The connections of a recorded file (`isCapture`). A gap is told when its connection has ended: until then its bytes may come late.
 * @param port only connections whose server has this port
 */
export function* readConnections(file: Buffer, port?: number): Generator<Happening, Summary> {
  const open = new Map<string, Followed>();
  const leftOut = new Map<LeftOut, number>();
  let cutOff: string | undefined;
  try {
    for (const packet of readPackets(file)) {
      const segment = readSegment(packet);
      if (typeof segment === "string") {
        leftOut.set(segment, (leftOut.get(segment) ?? 0) + 1);
        continue;
      }
      if (port !== undefined && segment.fromPort !== port && segment.toPort !== port) continue;
      const key = [segment.from, segment.to].sort().join(" ");
      let followed = open.get(key);
      if (followed?.isOver(segment)) {
        yield* followed.end();
        followed = undefined;
      }
      followed ??= new Followed(connectionOf(segment, port));
      open.set(key, followed);
      yield* followed.take(segment);
    }
  } catch (error) {
    if (!(error instanceof MalformedCapture)) throw error;
    cutOff = error.message;
  }
  for (const followed of open.values()) yield* followed.end();
  return { leftOut, cutOff };
}

/** A SYN is the client's, with ACK the server's; else the server is who has the port, or the lower one. */
function connectionOf({ from, to, fromPort, toPort, syn, ack }: Segment, port: number | undefined): Connection {
  const byPort = port === undefined ? toPort <= fromPort : toPort === port;
  const fromClient = syn ? !ack : byPort;
  return fromClient ? { client: from, server: to, joined: !syn } : { client: to, server: from, joined: !syn };
}
