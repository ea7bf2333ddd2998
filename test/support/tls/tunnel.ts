import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";

/** Takes plain clients and speaks TLS for them: what comes in on `port` goes, encrypted, to another port of this machine. */
export class TlsTunnel {
  /** The subjects of the certificates that the other side showed, one for each handshake that succeeded. */
  readonly seen: string[] = [];
  /** What was agreed on by ALPN, for each of them; empty where nothing was. */
  readonly protocols: string[] = [];
  /** Why handshakes, or connections after them, failed. */
  readonly failures: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(
    private readonly target: number,
    private readonly options: ConnectionOptions,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => this.carry(socket));
  }

  static async open(target: number, options: ConnectionOptions): Promise<TlsTunnel> {
    const tunnel = new TlsTunnel(target, options);
    await new Promise<void>((resolve) => tunnel.server.listen(0, "127.0.0.1", resolve));
    return tunnel;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  destroy(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private carry(client: Socket): void {
    const server: TLSSocket = connect({ port: this.target, host: "127.0.0.1", ...this.options });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on("error", (error: NodeJS.ErrnoException) => this.failures.push(error.code ?? error.message));
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    server.on("secureConnect", () => {
      this.seen.push(server.getPeerX509Certificate()?.subject ?? "");
      this.protocols.push(server.alpnProtocol || "");
      client.pipe(server).pipe(client);
    });
  }
}
