import { create } from "@bufbuild/protobuf";
import { type ChannelCredentials, Client, type ClientDuplexStream, credentials, Metadata } from "@grpc/grpc-js";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import { AggregatedDiscoveryService } from "../gen/envoy/service/discovery/v3/ads_pb.js";
import {
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
} from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { StatusSchema } from "../gen/google/rpc/status_pb.js";
import { grpcMethod } from "../grpc/index.js";
import type { Rejection } from "./handler.js";
import type { AnySubscription } from "./type-subscription.js";

/** What happens on a {@link Connection}. */
export interface ConnectionEvents {
  onResponse(response: DiscoveryResponse): void;
  /** Once, whatever the cause. */
  onEnd(reason: string): void;
}

/** What a connection is secured with, asked for anew for each: files may have changed. @throws Error where there is nothing */
export type ChannelSecurity = () => { readonly credentials: ChannelCredentials; readonly serverName: string };

const method = grpcMethod(AggregatedDiscoveryService, "streamAggregatedResources");

/** One stream, from its opening to its end: what was asked on it and which nonces it knows. */
export class Connection {
  private readonly client: Client;
  private readonly stream: ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>;
  /** The latest nonce that was answered, for the types that were asked for on this stream. */
  private readonly nonces = new Map<string, string>();
  private ended = false;
  private introduced = false;

  /** @throws what `security` throws */
  constructor(
    address: string,
    security: ChannelSecurity | undefined,
    private readonly node: Node,
    events: ConnectionEvents,
  ) {
    const { credentials: secure = credentials.createInsecure(), serverName } = security?.() ?? {};
    this.client = new Client(address, secure, {
      ...CHANNEL_OPTIONS,
      ...(serverName !== undefined && { "grpc.ssl_target_name_override": serverName }),
    });
    const { path, requestSerialize, responseDeserialize } = method;
    this.stream = this.client.makeBidiStreamRequest(
      path,
      (request: DiscoveryRequest) => requestSerialize(request),
      (bytes) => responseDeserialize(bytes) as DiscoveryResponse,
      new Metadata(),
      {},
    );
    this.stream.on("data", (response: DiscoveryResponse) => {
      if (!this.ended) events.onResponse(response);
    });
    const end = (reason: string): void => {
      if (this.ended) return;
      this.close();
      events.onEnd(reason);
    };
    this.stream.on("error", (error: Error) => end(error.message));
    this.stream.on("end", () => end("the server ended the stream"));
  }

  /** Asks for what the subscription wants now, unless it never wanted anything on this stream. */
  ask(subscription: AnySubscription): void {
    const nonce = this.nonces.get(subscription.typeUrl);
    if (nonce === undefined && !subscription.hasInterest) return;
    this.send(subscription, nonce ?? "", []);
  }

  /** Accepts a response, or refuses it where there are rejections. */
  answer(subscription: AnySubscription, nonce: string, rejections: readonly Rejection[]): void {
    this.send(subscription, nonce, rejections);
  }

  close(): void {
    this.ended = true;
    this.stream.cancel();
    this.client.close();
  }

  private send(subscription: AnySubscription, nonce: string, rejections: readonly Rejection[]): void {
    if (this.ended) return;
    const { typeUrl, version, names } = subscription;
    this.nonces.set(typeUrl, nonce);
    const request = create(DiscoveryRequestSchema, {
      typeUrl,
      versionInfo: version,
      responseNonce: nonce,
      resourceNames: [...names],
    });
    if (rejections.length > 0) request.errorDetail = create(StatusSchema, { code: 3, message: messageOf(rejections) });
    if (!this.introduced) request.node = this.node;
    this.introduced = true;
    this.stream.write(request);
  }
}

function messageOf(rejections: readonly Rejection[]): string {
  return rejections.map(({ name, reason }) => `${name}: ${reason}`).join("\n");
}

/**
 * Resources carry whole modules, so messages have no limit. The pool is the connection's own: a shared one would make a
 * new attempt wait for an old one's back-off.
 */
const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": -1,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
};
