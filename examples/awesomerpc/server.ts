import { type AddressInfo, createServer, type Server as NetServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Decoder, type Received } from "./decoder.js";
import { bytes, encode, type Frame, type Headers, Kind, type Request, Status } from "./frame.js";

/** What a handler answers; `ok`, no headers and an empty payload where it does not say. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Headers;
  readonly payload?: Buffer | string;
}

export type Handler = (request: Request) => Reply | Promise<Reply>;

export interface ServerOptions {
  readonly handler: Handler;
  readonly host?: string;
  /** A free port is taken where none is given. */
  readonly port?: number;
  /** Sees every frame as it arrived, heartbeats included; `connection` counts from 1. */
  readonly onFrame?: (received: Received, connection: number) => void;
}

/** An AwesomeRPC server, with switches for what servers do in bad hours. */
export class Server {
  /** Waited before each answer, in milliseconds. */
  latency: () => number = () => 0;
  /** While true, requests are taken and never answered. */
  silent = false;
  /** How many connections were accepted so far. */
  accepted = 0;
  private readonly options: ServerOptions;
  private readonly sockets = new Set<Socket>();
  private readonly server: NetServer;

  private constructor(options: ServerOptions) {
    this.options = options;
    this.server = createServer({ noDelay: true }, (socket) => this.onConnection(socket));
  }

  /** Starts to listen; resolves once it does. */
  static listen(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    return new Promise((resolve, reject) => {
      server.server.once("error", reject);
      server.server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => resolve(server));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Tells every client to send nothing new on its connection. */
  goaway(): void {
    for (const socket of this.sockets) socket.write(encode({ kind: Kind.goaway, id: 0n }));
  }

  /** Cuts all connections, as a crash would; the server goes on listening. */
  kill(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Stops listening and cuts what is open. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private onConnection(socket: Socket): void {
    this.accepted += 1;
    const connection = this.accepted;
    const decoder = new Decoder();
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // a client that went away is its own affair
    socket.on("data", (chunk: Buffer) => {
      try {
        for (const received of decoder.push(chunk)) {
          this.options.onFrame?.(received, connection);
          void this.serve(received.frame, socket);
        }
      } catch {
        socket.destroy(); // bytes that are no frame: nothing after them can be trusted
      }
    });
  }

  private async serve(frame: Frame, socket: Socket): Promise<void> {
    if (frame.kind === Kind.ping) socket.write(encode({ kind: Kind.pong, id: frame.id }));
    if (frame.kind !== Kind.request && frame.kind !== Kind.oneWay) return;
    const reply = await this.answer(frame);
    if (frame.kind === Kind.oneWay || this.silent) return;
    const pause = this.latency();
    if (pause > 0) await delay(pause);
    // A client that does not read must not fill this process with answers.
    while (socket.writableNeedDrain && !socket.destroyed) await drained(socket);
    if (!socket.destroyed) socket.write(encode(response(frame.id, reply)));
  }

  private async answer(request: Request): Promise<Reply> {
    try {
      return await this.options.handler(request);
    } catch (error) {
      return { status: Status.internal, payload: error instanceof Error ? error.message : String(error) };
    }
  }
}

function response(id: bigint, { status = Status.ok, headers = [], payload = "" }: Reply): Frame {
  return { kind: Kind.response, id, status, headers, payload: bytes(payload) };
}

const waits = new WeakMap<Socket, Promise<void>>();

/** One wait for a socket, however many answers are queued behind it. */
function drained(socket: Socket): Promise<void> {
  const existing = waits.get(socket);
  if (existing) return existing;
  const wait = new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off("drain", done).off("close", done);
      waits.delete(socket);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });
  waits.set(socket, wait);
  return wait;
}
