import { createServer, type Server, type Socket } from "node:net";

/** A bound port. It takes connections at once, and keeps them waiting while it has no target, as a listen queue would. */
export class Acceptor {
  private target: ((socket: Socket) => void) | undefined;
  private waiting: Socket[] = [];

  private constructor(
    private readonly server: Server,
    readonly host: string,
  ) {
    server.on("connection", (socket) => {
      if (this.target !== undefined) {
        this.target(socket);
        return;
      }
      socket.on("error", () => undefined);
      this.waiting.push(socket);
    });
  }

  /** Binds and listens. @throws what node says, EADDRINUSE for example */
  static async bind(host: string, port: number, backlog: number, bufferLimit: number): Promise<Acceptor> {
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect: true,
      noDelay: true,
      highWaterMark: bufferLimit,
    });
    const acceptor = new Acceptor(server, host);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return acceptor;
  }

  /** The real port, also where 0 was asked for. */
  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** New connections, and those that waited, go there from now on. */
  deliverTo(target: (socket: Socket) => void): void {
    this.target = target;
    for (const socket of this.waiting.splice(0)) target(socket);
  }

  /** Takes no more connections. */
  close(): void {
    this.server.close();
    for (const socket of this.waiting.splice(0)) socket.destroy();
  }
}
