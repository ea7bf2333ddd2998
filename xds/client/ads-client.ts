import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import type { DiscoveryResponse } from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { Backoff } from "./backoff.js";
import { type ChannelSecurity, Connection } from "./connection.js";
import type { Subscription, SubscriptionHandler } from "./handler.js";
import { type AnySubscription, TypeSubscription } from "./type-subscription.js";

/** How an {@link AdsClient} connects. */
export interface AdsClientOptions {
  /** `host:port` of the server. */
  readonly address: string;
  /** Without it the connection is plaintext. */
  readonly security?: ChannelSecurity | undefined;
  /** What this client says of itself, once a stream. */
  readonly node: Node;
  readonly logger?: { warn(fields: object, message: string): void };
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
  private readonly subscriptions = new Map<string, AnySubscription>();
  private readonly unsent = new Set<AnySubscription>();
  private readonly backoff: Backoff;
  private connection: Connection | undefined;
  private retry: NodeJS.Timeout | undefined;
  private state: "idle" | "running" | "closed" = "idle";
  private heard = false;

  constructor(private readonly options: AdsClientOptions) {
    const { baseMs, maxMs } = options.backoff ?? { baseMs: 500, maxMs: 30_000 };
    this.backoff = new Backoff(baseMs, maxMs);
  }

  /** Whether the stream has received anything since it was last opened. */
  get connected(): boolean {
    return this.heard;
  }

  /** Opens the stream. Subscriptions may be made before and after. */
  start(): void {
    if (this.state !== "idle") return;
    this.state = "running";
    this.connect();
  }

  /**
   * Subscribes to a resource type, once each type. Without names it is a wildcard subscription; with them, also with
   * none yet, only those names are asked for.
   */
  subscribe<Desc extends DescMessage>(
    schema: Desc,
    handler: SubscriptionHandler<MessageShape<Desc>>,
    names?: Iterable<string>,
  ): Subscription {
    const subscription = new TypeSubscription(schema, handler, names);
    const { typeUrl } = subscription;
    if (this.subscriptions.has(typeUrl)) throw new Error(`there is a subscription to ${typeUrl} already`);
    this.subscriptions.set(typeUrl, subscription);
    this.askSoon(subscription);
    return {
      setNames: (next) => {
        if (subscription.setNames(next)) this.askSoon(subscription);
      },
      close: () => {
        subscription.close();
        if (this.subscriptions.get(typeUrl) === subscription) this.subscriptions.delete(typeUrl);
      },
    };
  }

  /** Ends the stream and all subscriptions. */
  close(): void {
    this.state = "closed";
    clearTimeout(this.retry);
    this.connection?.close();
    this.connection = undefined;
    this.subscriptions.clear();
    this.setHeard(false, "closed");
  }

  /** Changes of one turn go out in one request. */
  private askSoon(subscription: AnySubscription): void {
    if (this.unsent.has(subscription)) return;
    this.unsent.add(subscription);
    queueMicrotask(() => {
      const due = this.unsent.delete(subscription) && this.subscriptions.get(subscription.typeUrl) === subscription;
      if (due) this.connection?.ask(subscription);
    });
  }

  private connect(): void {
    const connection = this.open();
    if (connection === undefined) return;
    this.connection = connection;
    this.unsent.clear();
    for (const subscription of this.subscriptions.values()) connection.ask(subscription);
  }

  private open(): Connection | undefined {
    const { address, node, security } = this.options;
    try {
      const connection = new Connection(address, security, node, {
        onResponse: (response) => this.receive(connection, response),
        onEnd: (reason) => this.reconnect(reason),
      });
      return connection;
    } catch (error) {
      this.reconnect(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private reconnect(reason: string): void {
    this.connection = undefined;
    this.setHeard(false, reason);
    if (this.state !== "running") return;
    const delay = this.backoff.next();
    this.options.logger?.warn({ address: this.options.address, reason, retryMs: delay }, "no xDS stream");
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private receive(connection: Connection, response: DiscoveryResponse): void {
    this.backoff.reset();
    this.setHeard(true, "");
    const subscription = this.subscriptions.get(response.typeUrl);
    if (subscription === undefined) {
      this.options.logger?.warn({ typeUrl: response.typeUrl }, "xDS response of a type that was not asked for");
      return;
    }
    void subscription.take(response).then((rejections) => {
      const { typeUrl, versionInfo: version, nonce } = response;
      for (const { name, reason } of rejections) {
        this.options.logger?.warn({ typeUrl, version, resource: name, reason }, "xDS resource refused");
      }
      // A stream that has ended meanwhile takes no answer; its successor has asked with the version that was reached.
      connection.answer(subscription, nonce, rejections);
    });
  }

  private setHeard(heard: boolean, reason: string): void {
    if (this.heard === heard) return;
    this.heard = heard;
    this.options.onState?.(heard, reason);
  }
}
