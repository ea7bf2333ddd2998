import { type Call, Connection } from "./connection.js";
import { bytes, type Headers, type Response } from "./frame.js";

export interface ClientOptions {
  readonly port: number;
  readonly host?: string;
  /** How long a call waits for its answer where it does not say itself; 5 s by default. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  readonly headers?: Headers;
  readonly payload?: Buffer | string;
  readonly timeoutMs?: number;
}

/**
 * An AwesomeRPC client. Calls share one connection and are pipelined on it. When the server says goaway, the calls in
 * flight are finished on the old connection while new ones go to a new connection.
 */
export class Client {
  /** How many connections were opened so far. */
  opened = 0;
  private readonly options: ClientOptions;
  private current: Connection | undefined;
  private readonly draining = new Set<Connection>();

  constructor(options: ClientOptions) {
    this.options = options;
  }

  /** Calls a method; answers with the response, whatever its status. Rejects with CallError where none comes. */
  call(service: string, method: string, options: CallOptions = {}): Promise<Response> {
    return this.connection().call(request(service, method, options), this.timeout(options.timeoutMs));
  }

  /** Sends a request that has no answer; resolves once its bytes have left the process. */
  notify(service: string, method: string, options: CallOptions = {}): Promise<void> {
    return this.connection().notify(request(service, method, options));
  }

  /** Sends a heartbeat and waits for its answer. */
  ping(timeoutMs?: number): Promise<void> {
    return this.connection().ping(this.timeout(timeoutMs));
  }

  /** Waits for the calls in flight, then closes. */
  async close(): Promise<void> {
    this.setAside();
    const closing = [...this.draining].map((connection) => {
      connection.retire();
      return connection.closed();
    });
    await Promise.all(closing);
  }

  /** Closes at once; calls in flight fail. */
  destroy(): void {
    this.setAside();
    for (const connection of this.draining) connection.destroy();
  }

  private connection(): Connection {
    if (this.current && !this.current.retired) return this.current;
    this.setAside();
    const opened = new Connection(this.options.port, this.options.host ?? "127.0.0.1");
    this.opened += 1;
    this.current = opened;
    return opened;
  }

  private setAside(): void {
    const old = this.current;
    if (!old) return;
    this.current = undefined;
    this.draining.add(old);
    void old.closed().then(() => this.draining.delete(old));
  }

  private timeout(ownMs: number | undefined): number {
    return ownMs ?? this.options.timeoutMs ?? 5_000;
  }
}

function request(service: string, method: string, { headers = [], payload = "" }: CallOptions): Call {
  return { service, method, headers, payload: bytes(payload) };
}
