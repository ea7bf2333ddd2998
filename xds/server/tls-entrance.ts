import { readFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";

/** Paths of PEM files. */
export interface ServerTlsFiles {
  /** The server's certificate, and what leads from it to an authority. */
  readonly certificate: string;
  readonly key: string;
  /** Whose certificates clients have to show; without it they need none. */
  readonly clientAuthorities?: string | undefined;
}

/** What becomes of connections. */
export interface TlsEntranceEvents {
  onConnection(socket: TLSSocket): void;
  /** A client was not let in. */
  onRefused(address: string, reason: string): void;
  /** Files that have changed do not fit together, or cannot be read: what was read before still holds. */
  onStale(reason: string): void;
}

/**
 * Where clients come in by TLS. Files are read anew where they have changed since the connection before: new certificates hold
 * for new connections.
 */
export class TlsEntrance {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private read: string;

  /** @throws Error where the files do not make a server */
  constructor(
    private readonly files: ServerTlsFiles,
    private readonly events: TlsEntranceEvents,
  ) {
    const context = readContext(files);
    this.read = JSON.stringify(context);
    const asks = files.clientAuthorities !== undefined;
    this.server = createServer({ ...context, requestCert: asks, rejectUnauthorized: asks, ALPNProtocols: ["h2"] });
    // Before node's own listener, which begins the handshake.
    this.server.prependListener("connection", (socket) => {
      this.refresh();
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    this.server.on("secureConnection", (socket) => events.onConnection(socket));
    this.server.on("tlsClientError", (error, socket) => {
      // The address is gone with the connection, but for a moment.
      events.onRefused(addressOf(socket), refusalOf(error, socket));
    });
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, host, () => {
        this.server.off("error", reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Lets nobody in any more. */
  close(): void {
    this.server.close();
  }

  /** Ends all connections at once. */
  destroy(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private refresh(): void {
    try {
      const context = readContext(this.files);
      const read = JSON.stringify(context);
      if (read === this.read) return;
      this.server.setSecureContext(context);
      this.read = read;
    } catch (error) {
      this.events.onStale(error instanceof Error ? error.message : String(error));
    }
  }
}

function readContext({ certificate, key, clientAuthorities }: ServerTlsFiles): SecureContextOptions {
  return {
    cert: pem(certificate, "certificate"),
    key: pem(key, "key"),
    ...(clientAuthorities !== undefined && { ca: pem(clientAuthorities, "clients' authorities") }),
  };
}

function pem(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`the ${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? "unknown" : `${remoteAddress}:${remotePort}`;
}

/** In OpenSSL's words, which say more where a certificate did not hold than where the connection then ended. */
function refusalOf(error: Error & { code?: string; reason?: string }, { authorizationError }: TLSSocket): string {
  if (error.code === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE") return "it has shown no certificate";
  if (authorizationError) return `its certificate is not from the authorities for clients (${authorizationError})`;
  return error.reason ?? error.message;
}
