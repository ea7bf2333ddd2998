import { connect, type Socket } from "node:net";

/** A client's connection: what waits on it hears of its end. */
export abstract class ClientConnection {
  readonly socket: Socket;
  /** No new request may use it. */
  retired = false;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.retired = true;
      this.fail(new Error("the connection was closed"));
    });
  }

  /** Requests without an answer. */
  protected abstract get pending(): number;

  /** Each of them fails so. */
  protected abstract fail(error: Error): void;

  /** Closes a retired connection as soon as nothing waits on it. */
  endWhenIdle(): void {
    if (this.retired && this.pending === 0) this.socket.end();
  }
}

/** A client's connections: one is in use, those before it end once their last answer is there. */
export class ClientConnections<C extends ClientConnection> {
  /** So many were opened. */
  opened = 0;
  private readonly all = new Set<C>();
  private current: C | undefined;

  constructor(private readonly open: () => C) {}

  /** The one for the next request. */
  take(): C {
    if (this.current && !this.current.retired) return this.current;
    this.current = this.open();
    this.all.add(this.current);
    this.opened += 1;
    return this.current;
  }

  /** Ends them all, their answers awaited. */
  async close(): Promise<void> {
    for (const connection of this.all) {
      connection.retired = true;
      connection.endWhenIdle();
      if (!connection.socket.closed) await new Promise((resolve) => connection.socket.once("close", resolve));
    }
  }

  destroy(): void {
    for (const { socket } of this.all) socket.destroy();
  }
}
