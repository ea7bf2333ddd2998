import {
  type handleBidiStreamingCall,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { BaseLogger } from "pino";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import { AggregatedDiscoveryService } from "../gen/envoy/service/discovery/v3/ads_pb.js";
import { grpcService } from "../grpc/index.js";
import { delta } from "./delta.js";
import type { AnyRequest, Dialect } from "./dialect.js";
import type { AdsServerEvents } from "./events.js";
import type { ResourceSet } from "./resources.js";
import { stateOfTheWorld } from "./sotw.js";
import { DiscoveryStream, type StreamContext } from "./stream.js";
import { type ServerTlsFiles, TlsEntrance } from "./tls-entrance.js";

/** How an {@link AdsServer} behaves. */
export interface AdsServerOptions extends AdsServerEvents {
  readonly logger?: BaseLogger;
  /** How long a push waits for a client's answer before it goes on to the next type. Default 5 s. */
  readonly answerTimeoutMs?: number;
  /** Clients come in by TLS; in plain text without it. */
  readonly tls?: ServerTlsFiles;
  /** What else is served on the same port. */
  readonly services?: readonly BesideService[];
}

/** What is served to a client that says this of itself. */
export type SetsByNode = (node: Node | undefined) => ResourceSet;

/** A gRPC service that has nothing to do with discovery. */
export interface BesideService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/**
 * Serves {@link ResourceSet}s to any number of clients over aggregated discovery streams of both kinds. Until the
 * first is published requests wait: an answer without resources would make clients throw away what they have.
 */
export class AdsServer {
  private readonly grpc: Server;
  /** With what their clients say of themselves, which is known from the first request on. */
  private readonly streams = new Map<
    { publish(set: ResourceSet): void },
    { readonly node: Node | undefined } | undefined
  >();
  private readonly calls = new Set<{ end(): void }>();
  private readonly context: StreamContext;
  private readonly entrance: TlsEntrance | undefined;
  private served: SetsByNode | undefined;
  private opened = 0;

  constructor(options: AdsServerOptions = {}) {
    this.context = { events: options, logger: options.logger, answerTimeoutMs: options.answerTimeoutMs ?? 5000 };
    this.grpc = new Server(CHANNEL_OPTIONS);
    this.grpc.addService(grpcService(AggregatedDiscoveryService), {
      streamAggregatedResources: this.serve(stateOfTheWorld),
      deltaAggregatedResources: this.serve(delta),
    });
    for (const { definition, implementation } of options.services ?? []) {
      this.grpc.addService(definition, implementation);
    }
    this.entrance = options.tls && this.entranceBy(options.tls);
  }

  /** Binds and serves; port 0 takes a free one. Resolves with the port. */
  async listen(port: number, host = "127.0.0.1"): Promise<number> {
    const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    try {
      return await (this.entrance?.listen(port, host) ?? this.bind(address));
    } catch (error) {
      throw new Error(`cannot listen on ${address}: ${reasonOf(error as Error)}`, { cause: error });
    }
  }

  /**
   * Serves this set from now on, or to each client what is for it by what it says of itself first; each is sent the types that
   * differ from what it has.
   */
  publish(sets: ResourceSet | SetsByNode): void {
    const served = typeof sets === "function" ? sets : () => sets;
    this.served = served;
    for (const [stream, client] of this.streams) if (client !== undefined) stream.publish(served(client.node));
  }

  /** Ends all streams and releases the port. */
  close(): Promise<void> {
    this.entrance?.close();
    for (const call of this.calls) call.end();
    return new Promise((resolve) => {
      const impatience = setTimeout(() => {
        this.grpc.forceShutdown();
        this.entrance?.destroy();
        // grpc-js may wait on for a connection that was put into its hands.
        resolve();
      }, 500);
      this.grpc.tryShutdown(() => {
        clearTimeout(impatience);
        resolve();
      });
    });
  }

  private bind(address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.grpc.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  }

  /** grpc-js knows TLS too, but tells nobody whom it has refused. */
  private entranceBy(files: ServerTlsFiles): TlsEntrance {
    const { events, logger } = this.context;
    const injector = this.grpc.createConnectionInjector(ServerCredentials.createInsecure());
    return new TlsEntrance(files, {
      onConnection: (socket) => injector.injectConnection(socket),
      onRefused: (address, reason) => events.onRefused?.(address, reason),
      onStale: (reason) =>
        logger?.error({ reason }, "the server's TLS files are not taken; what they were before holds"),
    });
  }

  private serve<Request extends AnyRequest, Response>(
    dialect: Dialect<Request, Response>,
  ): handleBidiStreamingCall<Request, Response> {
    return (call) => this.open(dialect, call);
  }

  private open<Request extends AnyRequest, Response>(
    dialect: Dialect<Request, Response>,
    call: ServerDuplexStream<Request, Response>,
  ): void {
    const id = ++this.opened;
    const stream = new DiscoveryStream(dialect, this.context, id, call.getPeer(), (response) => {
      call.write(response);
    });
    this.streams.set(stream, undefined);
    this.calls.add(call);
    const finish = (reason: string): void => {
      this.calls.delete(call);
      if (!this.streams.delete(stream)) return;
      this.context.events.onDisconnect?.(stream.peer, reason);
      stream.end();
    };
    call.on("data", (request: Request) => {
      if (request.typeUrl !== "") {
        this.introduce(stream, request.node);
        stream.receive(request);
      } else
        call.emit("error", { code: status.INVALID_ARGUMENT, details: "type_url is required on an aggregated stream" });
    });
    call.on("cancelled", () => finish("the client went away"));
    call.on("error", (error) => finish(error.message ?? String(error)));
    call.on("close", () => finish("the stream was closed"));
    call.on("end", () => {
      finish("the client ended the stream");
      call.end();
    });
  }

  /** A client's first request says what it is. */
  private introduce(stream: { publish(set: ResourceSet): void }, node: Node | undefined): void {
    if (!this.streams.has(stream) || this.streams.get(stream) !== undefined) return;
    this.streams.set(stream, { node });
    if (this.served !== undefined) stream.publish(this.served(node));
  }
}

/** Requests carry Envoy's long list of extensions; pings find clients that vanished. */
const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

/** grpc-js wraps what the system said; that alone is worth reading. */
function reasonOf(error: Error): string {
  if (error.message.includes("EADDRINUSE")) return "the port is in use";
  if (error.message.includes("EACCES")) return "permission denied";
  if (error.message.includes("EADDRNOTAVAIL")) return "this machine has no such address";
  return error.message;
}
