import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { BaseLogger } from "pino";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import type { Subscription, SubscriptionHandler } from "./handler.js";

/** How an {@link AdsClient} connects. */
export interface AdsClientOptions {
  /** `host:port` of the server; plaintext HTTP/2. */
  readonly address: string;
  /** What this client says of itself, once a stream. */
  readonly node: Node;
  readonly logger?: BaseLogger;
  /** Reconnection: the first delay and the greatest, each drawn at random below that. Default 500 ms and 30 s. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  /** Called when the stream's state changes. */
  readonly onState?: (connected: boolean, reason: string) => void;
}

/**
 * One aggregated discovery stream, state of the world. It reconnects by itself and meanwhile keeps what it has; after
 * a reconnection every subscription is asked for again and only what changed reaches the handlers.
 */
export class AdsClient {
  constructor(readonly options: AdsClientOptions) {}

  /** Whether the stream has received anything since it was last opened. */
  get connected(): boolean {
    return false;
  }

  /** Opens the stream. Subscriptions may be made before and after. */
  start(): void {}

  /**
   * Subscribes to a resource type, once each type. Without names it is a wildcard subscription; with them, also with
   * none yet, only those names are asked for.
   */
  subscribe<Desc extends DescMessage>(
    _schema: Desc,
    _handler: SubscriptionHandler<MessageShape<Desc>>,
    _names?: Iterable<string>,
  ): Subscription {
    throw new Error("not yet");
  }

  /** Ends the stream and all subscriptions. */
  close(): void {}
}
