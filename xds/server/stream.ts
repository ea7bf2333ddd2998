import type { BaseLogger } from "pino";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import { TypeUrl } from "../type-urls.js";
import type { AnyRequest, Content, Dialect } from "./dialect.js";
import type { AdsServerEvents, Peer } from "./events.js";
import { Published } from "./published.js";
import type { ResourceSet } from "./resources.js";
import { CLUSTER_STAGES, isClusters, isOrdered, LATER_STAGES, restsOnClusters, type Stage } from "./stages.js";
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
  /** Requests that came before there was anything to answer them with. */
  private readonly early: Request[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private published: Published | undefined;
  private node: Node | undefined;
  private introduced = false;
  private responses = 0;

  constructor(
    private readonly dialect: Dialect<Request, Response>,
    private readonly context: StreamContext,
    private readonly id: number,
    private readonly address: string,
    private readonly emit: (response: Response) => void,
  ) {}

  get peer(): Peer {
    const { id: stream, address, node } = this;
    return { stream, flavour: this.dialect.flavour, address, node, types: [...this.subscriptions.keys()] };
  }

  /** Serves another set from now on. */
  publish(set: ResourceSet): void {
    const waited = this.published === undefined ? this.early.splice(0) : [];
    this.published = (this.published ?? Published.nothing).next(set);
    for (const request of waited) this.receive(request);
    this.advance();
  }

  receive(request: Request): void {
    this.node ??= request.node;
    if (!this.introduced) this.context.events.onConnect?.(this.peer);
    this.introduced = true;
    if (this.published === undefined) this.early.push(request);
    else this.process(request, this.published);
  }

  private process(request: Request, published: Published): void {
    // A type that this stream has not seen is a new subscription whatever the nonce: istiod's first one is not empty.
    const known = this.subscriptions.get(request.typeUrl);
    const subscription = known ?? new TypeSubscription(request.typeUrl);
    this.subscriptions.set(request.typeUrl, subscription);
    const nonce = known === undefined ? "" : request.responseNonce;
    const answers = this.settle(subscription, nonce, request);
    const stale = nonce !== "" && nonce !== subscription.nonce;
    if (!(stale && this.dialect.staleIsSilent)) this.read(subscription, request, answers, published);
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
    subscription.settle(nonce);
    const { typeUrl } = subscription;
    const answer = { peer: this.peer, typeUrl, version: response.version, nonce, resources: response.resources };
    if (errorDetail === undefined) this.context.events.onAck?.(answer);
    else this.context.events.onNack?.({ ...answer, code: errorDetail.code, message: errorDetail.message });
    return true;
  }

  /** Takes up what a request asks for. */
  private read(subscription: TypeSubscription, request: Request, answers: boolean, published: Published): void {
    const { always, asked } = this.dialect.read(request, subscription, answers);
    const { resources } = published.ofType(subscription.typeUrl);
    for (const name of asked) subscription.asked.add(name);
    subscription.owed ||= always || asked.some((name) => this.dialect.reportsAbsence || resources.has(name));
  }

  /**
   * Sends what is due, as far as answers allow. Called whenever something changed; does nothing if nothing is due.
   *
   * What was asked for waits for no push, because a client may be warming until it has it; but where it may lead to
   * clusters it waits for these, as in a push.
   */
  private advance(): void {
    const { published } = this;
    if (published === undefined) return;
    const subscriptions = [...this.subscriptions.values()];
    for (const each of subscriptions) if (each.owed && !restsOnClusters(each.typeUrl)) this.pay(each, published);
    for (const each of subscriptions) if (!isOrdered(each.typeUrl)) this.push(each, published, true);
    for (const stage of CLUSTER_STAGES) this.take(stage, published);
    if (subscriptions.some((each) => each.waiting && isClusters(each.typeUrl))) return;
    for (const each of subscriptions) if (each.owed) this.pay(each, published);
    for (const stage of LATER_STAGES) {
      if (stage.waits && subscriptions.some((each) => each.waiting && isOrdered(each.typeUrl))) return;
      this.take(stage, published);
    }
  }

  private take({ typeUrl, removals }: Stage, published: Published): void {
    const subscription = this.subscriptions.get(typeUrl);
    if (subscription !== undefined) this.push(subscription, published, removals);
  }

  private pay(subscription: TypeSubscription, published: Published): void {
    const type = published.ofType(subscription.typeUrl);
    const absent = [...subscription.asked].filter((name) => subscription.wants(name) && !type.resources.has(name));
    subscription.owed = false;
    subscription.asked.clear();
    this.send(subscription, published, { change: subscription.changeTo(type), removals: false, absent });
  }

  private push(subscription: TypeSubscription, published: Published, removals: boolean): void {
    if (subscription.waiting) return;
    const { typeUrl } = subscription;
    const change = subscription.changeTo(published.ofType(typeUrl));
    const due = this.dialect.speaks(typeUrl, change, removals);
    if (due) this.send(subscription, published, { change, removals, absent: [] });
    else if (removals) for (const name of change.gone) subscription.held.delete(name);
  }

  private send(
    subscription: TypeSubscription,
    published: Published,
    part: Pick<Content, "change" | "removals" | "absent">,
  ): void {
    const { typeUrl } = subscription;
    const { change, removals } = part;
    const nonce = `${this.id}.${++this.responses}`;
    const [counter, label] = [published.counter(typeUrl), published.label(typeUrl)];
    const content = { ...part, subscription, counter, label, nonce };
    const { message, version, resources } = this.dialect.write(content);

    for (const { name, version, body } of change.changed) subscription.held.set(name, { version, body });
    if (removals) for (const name of change.gone) subscription.held.delete(name);
    if (typeUrl === TypeUrl.Cluster) this.resendEndpoints(change);
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
    subscription.expect(nonce, outstanding);
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
