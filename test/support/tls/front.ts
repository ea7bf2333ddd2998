import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";

/** What a client of a front said of itself. */
export interface Visitor {
  readonly serverName: string;
  /** The subject of its certificate, empty where it showed none. */
  readonly subject: string;
}

/** Stands before a plain backend and speaks TLS with whoever comes. */
export class TlsFront {
  /** Where what was decrypted goes; may be told later. */
  target = 0;
  readonly visitors: Visitor[] = [];
  /** Handshakes that did not succeed. */
  refused = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(options: TlsOptions) {
    this.server = createServer(options, (socket) => this.carry(socket));
    this.server.on("tlsClientError", () => {
      this.refused += 1;
    });
  }

  static async open(options: TlsOptions): Promise<TlsFront> {
    const front = new TlsFront(options);
    await new Promise<void>((resolve) => front.server.listen(0, "127.0.0.1", resolve));
    return front;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private carry(client: TLSSocket): void {
    const { servername } = client as TLSSocket & { readonly servername?: string | false };
    this.visitors.push({
      serverName: servername || "",
      subject: client.getPeerX509Certificate()?.subject ?? "",
    });
    const backend = connect({ port: this.target, host: "127.0.0.1", noDelay: true });
    for (const [socket, other] of [
      [client, backend],
      [backend, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(backend).pipe(client);
  }
}
