import type { Socket } from "node:net";
import { ClientConnection, ClientConnections } from "./client-connections.js";

/** Hands on each whole answer that comes on a socket. */
export type Receive<T> = (socket: Socket, take: (answer: T) => void) => void;

/** A client that relies on answers in the order of its requests. Where its connection is closed, it opens another. */
export class InOrder<T> {
  private readonly connections: ClientConnections<Connection<T>>;

  constructor(
    port: number,
    private readonly timeoutMs: number,
    receive: Receive<T>,
  ) {
    this.connections = new ClientConnections(() => new Connection(port, receive));
  }

  /** Connections so far. */
  get opened(): number {
    return this.connections.opened;
  }

  /** Sends a request; its answer. */
  ask(bytes: Buffer, timeoutMs = this.timeoutMs): Promise<T> {
    const { waiting, socket } = this.connections.take();
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
    const { socket } = this.connections.take();
    return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
  }

  /** Resolves when all is answered and every connection closed. */
  close(): Promise<void> {
    return this.connections.close();
  }

  destroy(): void {
    this.connections.destroy();
  }
}

class Connection<T> extends ClientConnection {
  readonly waiting: ((answer: T | Error) => void)[] = [];

  constructor(port: number, receive: Receive<T>) {
    super(port);
    // The other side's end is enough: nothing more may be sent there.
    this.socket.on("end", () => {
      this.retired = true;
    });
    receive(this.socket, (answer) => {
      this.waiting.shift()?.(answer);
      this.endWhenIdle();
    });
  }

  protected override get pending(): number {
    return this.waiting.length;
  }

  protected override fail(error: Error): void {
    for (const settle of this.waiting.splice(0)) settle(error);
  }
}
