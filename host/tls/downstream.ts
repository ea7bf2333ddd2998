import type { Socket } from "node:net";
import { Server, type TLSSocket } from "node:tls";
import type { DownstreamTlsContext } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import type { Scope } from "../stats/index.js";
import { identityOf, type TlsIdentity } from "./identity.js";
import { type Material, TlsMaterial } from "./material.js";
import type { SecretSource } from "./secrets.js";
import { type TlsStats, tlsStats } from "./stats.js";
import { problemOf } from "./verify.js";

/** What comes of a client's handshake: one of the two, later. */
export interface ClientHandshake {
  onSecure(stream: TLSSocket, identity: TlsIdentity): void;
  /** The socket is closed. */
  onFailure(): void;
}

/** A listener's side of TLS. */
export class DownstreamTls {
  private readonly material: TlsMaterial;
  private readonly requires: boolean;
  private readonly stats: TlsStats;
  private readonly notReady;
  /** Whose handshake is going on, by both ends' addresses: node does not say which socket a TLS stream stands on. */
  private readonly shaking = new Map<string, { readonly socket: Socket; readonly handshake: ClientHandshake }>();
  private server: { readonly of: Material; readonly server: Server } | undefined;

  /**
   * @param scope the listener's
   * @throws ConfigError
   */
  constructor(context: DownstreamTlsContext, path: string, secrets: SecretSource | undefined, scope: Scope) {
    this.material = new TlsMaterial(context.commonTlsContext, `${path}.common_tls_context`, secrets);
    this.requires = context.requireClientCertificate ?? false;
    this.stats = tlsStats(scope);
    this.notReady = scope.counter("server_ssl_socket_factory.downstream_context_secrets_not_ready");
  }

  /** Resolves when there is something to shake hands with. */
  get ready(): Promise<unknown> {
    return this.material.ready;
  }

  /** Shakes hands on a socket. */
  accept(socket: Socket, handshake: ClientHandshake): void {
    const key = endsOf(socket);
    this.shaking.set(key, { socket, handshake });
    socket.once("close", () => {
      if (this.shaking.get(key)?.socket !== socket) return;
      this.shaking.delete(key);
      handshake.onFailure();
    });
    const material = this.material.current;
    if (material === undefined) {
      this.notReady.inc();
      socket.destroy();
      return;
    }
    this.serverFor(material).emit("connection", socket);
  }

  /** Ends the handshakes that are going on. */
  destroy(): void {
    for (const { socket } of this.shaking.values()) socket.destroy();
  }

  /** No more handshakes are to come. */
  close(): void {
    this.material.close();
  }

  /** It never listens: it is node's way to check certificates on sockets that are there already. */
  private serverFor(material: Material): Server {
    if (this.server?.of === material) return this.server.server;
    const { options, validation } = material;
    const server = new Server({
      ...options,
      requestCert: this.requires || validation !== undefined,
      rejectUnauthorized: false, // what is wrong is looked at below, and counted
      ...(this.material.alpn.length > 0 && { ALPNProtocols: [...this.material.alpn] }),
    });
    server.on("secureConnection", (stream) => this.finish(stream, material));
    server.on("tlsClientError", () => this.stats.connection_error.inc());
    this.server = { of: material, server };
    return server;
  }

  private finish(stream: TLSSocket, { validation }: Material): void {
    const key = endsOf(stream);
    const waiting = this.shaking.get(key);
    // Whoever takes the stream listens for errors itself; on one that nobody takes they must not end the process.
    stream.on("error", () => undefined);
    const problem = problemOf(stream, validation, this.requires);
    if (problem !== undefined || waiting === undefined) {
      if (problem !== undefined) this.stats[problem].inc();
      this.stats.connection_error.inc();
      stream.destroy();
      return;
    }
    this.shaking.delete(key);
    this.stats.handshake.inc();
    waiting.handshake.onSecure(stream, identityOf(stream));
  }
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
