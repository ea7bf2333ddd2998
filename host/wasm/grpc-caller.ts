import { fromBinary } from "@bufbuild/protobuf";
import { GrpcServiceSchema } from "../../xds/gen/envoy/config/core/v3/grpc_service_pb.js";
import {
  type ClusterManager,
  failureBody,
  failureDetails,
  type HeaderPair,
  type HttpPool,
  type HttpStream,
} from "../upstream/index.js";
import { type GrpcCall, type GrpcCaller, type GrpcChannel, type GrpcEvents, Status } from "../vm/index.js";

/** Before each message: whether it is compressed, and its length (gRPC over HTTP/2, Length-Prefixed-Message). */
const HEAD_BYTES = 5;
/** As Envoy's async client: a larger message ends the call. */
const MOST_MESSAGE_BYTES = 4 << 20;

/** What the router of Envoy's async client adds. */
const SERVICE_TIME = "x-envoy-upstream-service-time";

const UNKNOWN = 2;
const INTERNAL = 13;
const UNAVAILABLE = 14;

/** gRPC calls of modules, through the host's clusters, which must speak HTTP/2. */
export function grpcCaller(clusters: ClusterManager): GrpcCaller {
  return {
    open(call, unary, events) {
      const target = targetOf(call.target);
      if (target === undefined) return Status.ParseFailure;
      const cluster = clusters.get(target.cluster);
      if (cluster === undefined) return target.bare ? Status.ParseFailure : Status.InternalFailure;
      const endpoint = cluster.pickEndpoint({});
      if (endpoint === undefined) {
        tellFailure(events, UNAVAILABLE, "no healthy upstream", "no_healthy_upstream");
        return Status.InternalFailure;
      }
      const exchange = new Exchange(cluster.httpPool(endpoint), target.authority, call, events);
      if (unary !== undefined) exchange.send(unary, true);
      return exchange;
    },
  };
}

/** Where a call goes; `bare`: only a cluster's name was given. */
interface Target {
  readonly cluster: string;
  readonly authority: string;
  readonly bare: boolean;
}

/** A serialised GrpcService with a cluster, or a cluster's bare name. */
function targetOf(bytes: Uint8Array): Target | undefined {
  try {
    const { targetSpecifier } = fromBinary(GrpcServiceSchema, bytes);
    if (targetSpecifier.case !== "envoyGrpc") return undefined;
    const { clusterName, authority } = targetSpecifier.value;
    return { cluster: clusterName, authority: authority || clusterName, bare: false };
  } catch {
    const name = Buffer.from(bytes).toString();
    return { cluster: name, authority: name, bare: true };
  }
}

/** One call: messages as they come out of the response's body, and how it ended. */
class Exchange implements GrpcChannel {
  private readonly stream: HttpStream | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private received: Uint8Array = new Uint8Array(0);
  private open = true;
  private begun = false;
  private readonly start = performance.now();

  constructor(
    pool: HttpPool,
    authority: string,
    call: GrpcCall,
    private readonly events: GrpcEvents,
  ) {
    if (call.timeoutMs !== undefined) {
      this.timer = setTimeout(() => {
        this.stream?.reset();
        // No DEADLINE_EXCEEDED: to Envoy's client it is the router's 504.
        this.fail("upstream request timeout", "response_timeout");
      }, call.timeoutMs);
    }
    this.stream = pool.newStream(requestHeaders(authority, call), false, {
      onHeaders: (headers, endStream) => this.onHeaders(headers, endStream),
      onData: (bytes, endStream) => this.onData(bytes, endStream),
      onTrailers: (trailers) => this.onTrailers(trailers),
      onReset: (reason, detail) => this.fail(failureBody(reason, false), failureDetails(reason, detail)),
    });
  }

  send(message: Uint8Array, endOfStream: boolean): void {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(message.length, 1);
    this.stream?.write(Buffer.concat([head, message]), endOfStream);
  }

  close(): void {
    this.stream?.write(new Uint8Array(0), true);
  }

  cancel(): void {
    this.finish();
    this.stream?.reset();
  }

  private onHeaders(headers: readonly HeaderPair[], endStream: boolean): void {
    if (!this.open) return;
    const status = valueIn(headers, ":status");
    this.begun = true;
    if (status !== "200") this.abandon(UNKNOWN, `HTTP status ${status}`);
    else if (endStream) {
      this.events.onInitialMetadata([]);
      this.onTrailers(this.timed(headers));
    } else this.events.onInitialMetadata(this.timed(headers));
  }

  private timed(headers: readonly HeaderPair[]): readonly HeaderPair[] {
    return [...headers, [SERVICE_TIME, String(Math.round(performance.now() - this.start))]];
  }

  private onData(bytes: Uint8Array, endStream: boolean): void {
    if (!this.open) return;
    this.received = Buffer.concat([this.received, bytes]);
    for (let message = this.next(); message !== undefined && this.open; message = this.next()) {
      this.events.onMessage(message);
    }
    if (endStream) this.end(UNKNOWN, "the response ended without a status");
  }

  /** The next whole message, if it is there. */
  private next(): Uint8Array | undefined {
    if (this.received.length < HEAD_BYTES) return undefined;
    const view = new DataView(this.received.buffer, this.received.byteOffset);
    const length = view.getUint32(1);
    if (view.getUint8(0) !== 0 || length > MOST_MESSAGE_BYTES) {
      this.abandon(INTERNAL, "the response is no gRPC message that can be read");
      return undefined;
    }
    if (this.received.length < HEAD_BYTES + length) return undefined;
    const message = this.received.subarray(HEAD_BYTES, HEAD_BYTES + length);
    this.received = this.received.subarray(HEAD_BYTES + length);
    return message;
  }

  private onTrailers(trailers: readonly HeaderPair[]): void {
    if (!this.open) return;
    const status = valueIn(trailers, "grpc-status");
    const code = status !== undefined && /^\d{1,3}$/.test(status) ? Number(status) : UNKNOWN;
    this.events.onTrailingMetadata(trailers);
    this.end(code, valueIn(trailers, "grpc-message") ?? "", "via_upstream");
  }

  private abandon(status: number, message: string): void {
    this.stream?.reset();
    this.end(status, message);
  }

  /** The router's own answer: before any other it comes with its metadata, as one that has trailers only. */
  private fail(message: string, details: string): void {
    if (!this.open || this.begun) this.end(UNAVAILABLE, message, details);
    else if (this.finish()) tellFailure(this.events, UNAVAILABLE, message, details);
  }

  /** @param details as %RESPONSE_CODE_DETAILS% has them; Envoy tells them behind the message, or in its place */
  private end(status: number, message: string, details?: string): void {
    if (!this.finish()) return;
    if (details === undefined) this.events.onClose(status, message);
    else this.events.onClose(status, message === "" ? details : `${message}{${details}}`);
  }

  /** False: it was already over. */
  private finish(): boolean {
    const was = this.open;
    this.open = false;
    clearTimeout(this.timer);
    return was;
  }
}

/** A reply of Envoy's own, in gRPC's words. */
function tellFailure(events: GrpcEvents, status: number, message: string, details: string): void {
  events.onInitialMetadata([]);
  events.onTrailingMetadata([
    [":status", "200"],
    ["content-type", "application/grpc"],
    ["grpc-status", String(status)],
    ["grpc-message", message],
  ]);
  events.onClose(status, `${message}{${details}}`);
}

function requestHeaders(authority: string, { service, method, initialMetadata, timeoutMs }: GrpcCall): HeaderPair[] {
  return [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", `/${service}/${method}`],
    [":authority", authority],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ...(timeoutMs === undefined ? [] : [["grpc-timeout", `${timeoutMs}m`] as const]),
    ...initialMetadata,
  ];
}

function valueIn(headers: readonly HeaderPair[], name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1];
}
