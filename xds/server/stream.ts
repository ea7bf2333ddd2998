import type { BaseLogger } from "pino";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import { TypeUrl } from "../type-urls.js";
import type { AnyRequest, Dialect } from "./dialect.js";
import type { AdsServerEvents, Peer } from "./events.js";
import type { Published } from "./published.js";
import { isOrdered, STAGES } from "./stages.js";
import { type Change, TypeSubscription } from "./subscription.js";
import { endpointNames } from "./warming.js";

/** What a stream needs of its server. */
export interface StreamContext {
  readonly events: AdsServerEvents;
  readonly logger: BaseLogger | undefined;
  readonly answerTimeoutMs: number;
}

/** One client: what it asked for, what it has, and what it is owed. */
export class DiscoveryStream<Request extends AnyRequest, Response> {
  private readonly subscriptions = new Map<string, TypeSubscription>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private node: Node | undefined;
  private introduced = false;
  private responses = 0;

  constructor(
    private readonly dialect: Dialect<Request, Response>,
    private readonly context: StreamContext,
    private readonly id: number,
    private readonly address: string,
    private published: Published,
    private readonly emit: (response: Response) => void,
  ) {}

  get peer(): Peer {
    return { stream: this.id, flavour: this.dialect.flavour, address: this.address, node: this.node };
  }

  /** Serves another set from now on. */
  publish(published: Published): void {
    this.published = published;
    this.advance();
  }

  receive(request: Request): void {
    this.node ??= request.node;
    if (!this.introduced) this.context.events.onConnect?.(this.peer);
    this.introduced = true;

    // A type that this stream has not seen is a new subscription whatever the nonce: istiod's first one is not empty.
    const known = this.subscriptions.get(request.typeUrl);
    const subscription = known ?? new TypeSubscription(request.typeUrl);
    this.subscriptions.set(request.typeUrl, subscription);
    const nonce = known === undefined ? "" : request.responseNonce;
    const answers = this.settle(subscription, nonce, request);
    const stale = nonce !== "" && nonce !== subscription.nonce;
    if (!(stale && this.dialect.staleIsSilent)) this.answer(subscription, request, answers);
    this.advance();
  }

  end(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.subscriptions.clear();
  }

  /** Reports what a request says of an earlier response. */
  private settle(subscription: TypeSubscription, nonce: string, { errorDetail }: Request): boolean {
    const response = subscription.outstanding.get(nonce);
    if (response === undefined) return false;
    subscription.outstanding.delete(nonce);
    const { typeUrl } = subscription;
    const answer = { peer: this.peer, typeUrl, version: response.version, nonce, resources: response.resources };
    if (errorDetail === undefined) this.context.events.onAck?.(answer);
    else this.context.events.onNack?.({ ...answer, code: errorDetail.code, message: errorDetail.message });
    return true;
  }

  /** Answers what the request asks for. This waits for nothing: a client may be warming until it has it. */
  private answer(subscription: TypeSubscription, request: Request, answers: boolean): void {
    const demand = this.dialect.read(request, subscription, answers);
    const type = this.published.ofType(subscription.typeUrl);
    const absent = demand.asked.filter((name) => !type.resources.has(name));
    const before = new Set(subscription.held.keys());
    const change = subscription.changeTo(type);
    // Changes to what the client has already keep their place in the order of a push; what it lacks does not wait.
    const lacking = change.changed.some(({ name }) => !before.has(name));
    if (demand.always || absent.length > 0 || lacking) this.send(subscription, change, false, absent);
  }

  /** Goes on with the push as far as answers allow. Called whenever something changed; does nothing if nothing is due. */
  private advance(): void {
    for (const stage of STAGES) {
      if (stage.waits && this.waitingForOrdered()) return;
      const subscription = this.subscriptions.get(stage.typeUrl);
      if (subscription !== undefined) this.push(subscription, stage.removals);
    }
    for (const subscription of this.subscriptions.values()) {
      if (!isOrdered(subscription.typeUrl)) this.push(subscription, true);
    }
  }

  private waitingForOrdered(): boolean {
    return [...this.subscriptions.values()].some((each) => isOrdered(each.typeUrl) && each.waiting);
  }

  private push(subscription: TypeSubscription, removals: boolean): void {
    if (subscription.waiting) return;
    const change = subscription.changeTo(this.published.ofType(subscription.typeUrl));
    if (this.dialect.speaks(subscription.typeUrl, change, removals)) this.send(subscription, change, removals, []);
    else if (removals) for (const name of change.gone) subscription.held.delete(name);
  }

  private send(subscription: TypeSubscription, change: Change, removals: boolean, absent: readonly string[]): void {
    const { typeUrl } = subscription;
    const nonce = `${this.id}.${++this.responses}`;
    const [counter, label] = [this.published.counter(typeUrl), this.published.label(typeUrl)];
    const content = { subscription, change, removals, absent, counter, label, nonce };
    const { message, version, resources } = this.dialect.write(content);

    for (const { name, version, body } of change.changed) subscription.held.set(name, { version, body });
    if (removals) for (const name of change.gone) subscription.held.delete(name);
    if (typeUrl === TypeUrl.Cluster) this.resendEndpoints(change);
    subscription.nonce = nonce;
    this.expectAnswer(subscription, nonce, version, resources);
    this.context.logger?.debug(
      { stream: this.id, typeUrl, version, nonce, resources: resources.length },
      "xDS response",
    );
    this.emit(message);
  }

  private resendEndpoints(change: Change): void {
    const endpoints = this.subscriptions.get(TypeUrl.Endpoint);
    if (endpoints !== undefined) for (const name of endpointNames(change.changed)) endpoints.held.delete(name);
  }

  private expectAnswer(
    subscription: TypeSubscription,
    nonce: string,
    version: string,
    resources: readonly string[],
  ): void {
    const outstanding = { version, resources, late: false };
    subscription.outstanding.set(nonce, outstanding);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!subscription.outstanding.has(nonce)) return;
      outstanding.late = true;
      const { typeUrl } = subscription;
      this.context.logger?.warn(
        { stream: this.id, node: this.node?.id, typeUrl, version },
        "no answer to an xDS response",
      );
      this.advance();
    }, this.context.answerTimeoutMs);
    this.timers.add(timer.unref());
  }
}
