import { isIP, type Socket } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { UpstreamTlsContext } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import type { Scope } from "../stats/index.js";
import { type Material, TlsMaterial } from "./material.js";
import type { SecretSource } from "./secrets.js";
import { type TlsStats, tlsStats } from "./stats.js";
import { problemOf } from "./verify.js";

/** What comes of a handshake with a backend: one of the two, later. */
export interface TlsAttempt {
  onSecure(stream: TLSSocket): void;
  onFailure(detail: string): void;
}

/** A cluster's side of TLS. */
export class UpstreamTls {
  private readonly material: TlsMaterial;
  private readonly sni: string;
  private readonly stats: TlsStats;
  private readonly notReady;
  private context: { readonly of: Material; readonly context: SecureContext } | undefined;

  /**
   * @param scope the cluster's
   * @throws ConfigError
   */
  constructor(context: UpstreamTlsContext, path: string, secrets: SecretSource | undefined, scope: Scope) {
    this.material = new TlsMaterial(context.commonTlsContext, `${path}.common_tls_context`, secrets);
    this.sni = context.sni;
    this.stats = tlsStats(scope);
    this.notReady = scope.counter("client_ssl_socket_factory.upstream_context_secrets_not_ready");
  }

  /** Resolves when there is something to shake hands with. */
  get ready(): Promise<unknown> {
    return this.material.ready;
  }

  /** Shakes hands on a connected socket. Where that fails the socket is closed. */
  start(socket: Socket, highWaterMark: number, attempt: TlsAttempt): void {
    const material = this.material.current;
    if (material === undefined) {
      this.notReady.inc();
      socket.destroy();
      queueMicrotask(() => attempt.onFailure("the cluster's TLS secrets have not come"));
      return;
    }
    const { alpn } = this.material;
    // node:tls passes its options on to the stream, which is where highWaterMark takes effect.
    const options = {
      socket,
      highWaterMark,
      secureContext: this.contextFor(material),
      ...(this.sni !== "" && isIP(this.sni) === 0 && { servername: this.sni }),
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      rejectUnauthorized: false, // what is wrong is looked at below, and counted
      checkServerIdentity: () => undefined,
    };
    const stream = connect(options);
    let settled = false;
    const fail = (detail: string) => {
      if (settled) return;
      settled = true;
      this.stats.connection_error.inc();
      stream.destroy();
      attempt.onFailure(`TLS: ${detail}`);
    };
    // It stays: an error on a stream that nobody has taken yet, or any more, must not end the process.
    stream.on("error", (error) => fail(error.message));
    stream.once("close", () => fail("the backend closed the connection"));
    stream.once("secureConnect", () => {
      if (settled) return;
      const problem = problemOf(stream, material.validation, true);
      if (problem !== undefined) {
        this.stats[problem].inc();
        const why = problem === "fail_verify_san" ? "its names are not those expected" : stream.authorizationError;
        fail(`the backend's certificate is refused: ${why}`);
        return;
      }
      settled = true;
      this.stats.handshake.inc();
      attempt.onSecure(stream);
    });
  }

  /** No more handshakes are to come. */
  close(): void {
    this.material.close();
  }

  private contextFor(material: Material): SecureContext {
    if (this.context?.of !== material) this.context = { of: material, context: createSecureContext(material.options) };
    return this.context.context;
  }
}
