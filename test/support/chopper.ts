import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

/** A relay in front of a server that passes on what the server sends in pieces of one to three bytes, each by itself. */
export class Chopper {
  /** The server's port. */
  target = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on("connection", (client: Socket) => this.relay(client));
  }

  static async open(): Promise<Chopper> {
    const chopper = new Chopper(createServer({ noDelay: true }));
    chopper.server.listen(0, "127.0.0.1");
    await once(chopper.server, "listening");
    return chopper;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private relay(client: Socket): void {
    const server = connect({ port: this.target, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on("error", () => undefined); // the other side sees the end
      socket.on("close", () => {
        this.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    let sent = Promise.resolve();
    server.on("data", (chunk: Buffer) => {
      sent = sent.then(() => chop(chunk, client));
    });
  }
}

async function chop(chunk: Buffer, to: Socket): Promise<void> {
  for (let at = 0, size = 1; at < chunk.length && to.writable; at += size, size = (size % 3) + 1) {
    to.write(chunk.subarray(at, at + size));
    await setImmediate();
  }
}
