import { connect, type Socket } from "node:net";

/** Hands on each whole answer that comes on a socket. */
export type Receive<T> = (socket: Socket, take: (answer: T) => void) => void;

/** A client that relies on answers in the order of its requests. Where its connection is closed, it opens another. */
export class InOrder<T> {
  /** Connections so far. */
  opened = 0;
  private readonly connections = new Set<Connection<T>>();
  private current: Connection<T> | undefined;

  constructor(
    private readonly port: number,
    private readonly timeoutMs: number,
    private readonly receive: Receive<T>,
  ) {}

  /** Sends a request; its answer. */
  ask(bytes: Buffer, timeoutMs = this.timeoutMs): Promise<T> {
    const { waiting, socket } = this.connection();
    return new Promise((resolve, reject) => {
      // An answer that comes too late still has its place in the line.
      const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      waiting.push((answer) => {
        clearTimeout(timer);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
      socket.write(bytes);
    });
  }

  /** Sends what has no answer. */
  tell(bytes: Buffer): Promise<void> {
    const { socket } = this.connection();
    return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
  }

  /** Resolves when all is answered and every connection closed. */
  async close(): Promise<void> {
    for (const connection of this.connections) {
      connection.retire();
      if (!connection.socket.closed) await new Promise((resolve) => connection.socket.once("close", resolve));
    }
  }

  destroy(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  private connection(): Connection<T> {
    if (this.current && !this.current.retired) return this.current;
    this.current = new Connection(this.port, this.receive);
    this.connections.add(this.current);
    this.opened += 1;
    return this.current;
  }
}

class Connection<T> {
  readonly waiting: ((answer: T | Error) => void)[] = [];
  readonly socket: Socket;
  retired = false;

  constructor(port: number, receive: Receive<T>) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined); // what waits is told when it closes
    // The other side's end is enough: nothing more may be sent there.
    this.socket.on("end", () => {
      this.retired = true;
    });
    this.socket.on("close", () => {
      this.retired = true;
      for (const settle of this.waiting.splice(0)) settle(new Error("the connection was closed"));
    });
    receive(this.socket, (answer) => {
      this.waiting.shift()?.(answer);
      if (this.retired) this.retire();
    });
  }

  /** Takes no new requests, and ends once those under way are answered. */
  retire(): void {
    this.retired = true;
    if (this.waiting.length === 0) this.socket.end();
  }
}
