import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A relay in front of a server: what clients say is passed on, what the server says is as the kind of relay has it. */
export abstract class Relay {
  /** The server's port. */
  target = 0;
  protected readonly clients = new Set<Socket>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer({ noDelay: true });

  /** Listens on a port of its own. */
  protected async listen(): Promise<this> {
    this.server.on("connection", (client: Socket) => this.relay(client));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  /** Passes on what the server says to a client. */
  protected abstract answer(server: Socket, client: Socket): void;

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
    this.answer(server, client);
  }
}
