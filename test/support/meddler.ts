import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Less than any message has. */
const LAST_BYTES = 10;

/** A relay in front of a server, which says what the server does not, or ends in the middle of what it says. */
export class Meddler {
  /** The server's port. */
  target = 0;
  /** A few bytes of what the server says next are passed on, and then the connection ends like this. */
  ends: "FIN" | "RST" | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on("connection", (client: Socket) => this.relay(client));
  }

  static async open(): Promise<Meddler> {
    const meddler = new Meddler(createServer({ noDelay: true }));
    meddler.server.listen(0, "127.0.0.1");
    await once(meddler.server, "listening");
    return meddler;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Tells every client, between two of the server's messages. */
  say(bytes: Buffer): void {
    for (const client of this.clients) client.write(bytes);
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private relay(client: Socket): void {
    const server = connect({ port: this.target, host: "127.0.0.1", noDelay: true });
    this.clients.add(client);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on("error", () => undefined); // the other side sees the end
      socket.on("close", () => {
        this.sockets.delete(socket);
        this.clients.delete(client);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    server.on("data", (chunk: Buffer) => {
      if (this.ends === undefined) client.write(chunk);
      else this.end(client, server, chunk.subarray(0, LAST_BYTES));
    });
  }

  private end(client: Socket, server: Socket, last: Buffer): void {
    server.removeAllListeners("data");
    if (this.ends === "FIN") client.end(last);
    else client.write(last, () => client.resetAndDestroy());
  }
}
