import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { DiscoveryResponse } from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { typeUrlOf } from "../type-urls.js";
import { type Decoded, decode } from "./decode.js";
import type { Rejection, SubscriptionHandler } from "./handler.js";

/** One type that a client is subscribed to, whatever the messages are. */
export interface AnySubscription {
  readonly typeUrl: string;
  /** What was accepted last; stays over reconnects. */
  readonly version: string;
  /** Empty: everything, or nothing yet; {@link hasInterest} tells. */
  readonly names: readonly string[];
  readonly hasInterest: boolean;
  /** Applies a response after all earlier ones; resolves with what is refused. */
  take(response: DiscoveryResponse): Promise<readonly Rejection[]>;
}

/** What one subscription has and asks for. */
export class TypeSubscription<Desc extends DescMessage> implements AnySubscription {
  readonly typeUrl: string;
  version = "";
  private wanted: ReadonlySet<string> | undefined;
  /** Digests of the accepted resources by name. */
  private readonly accepted = new Map<string, string>();
  private tail: Promise<unknown> = Promise.resolve();
  private answered = false;
  private closed = false;

  constructor(
    private readonly schema: Desc,
    private readonly handler: SubscriptionHandler<MessageShape<Desc>>,
    names: Iterable<string> | undefined,
  ) {
    this.typeUrl = typeUrlOf(schema);
    this.wanted = names === undefined ? undefined : new Set(names);
  }

  get names(): readonly string[] {
    return [...(this.wanted ?? [])].sort();
  }

  get hasInterest(): boolean {
    return this.wanted === undefined || this.wanted.size > 0;
  }

  /** Returns whether that makes a difference. */
  setNames(names: Iterable<string>): boolean {
    const before = this.wanted;
    const wanted = new Set(names);
    this.wanted = wanted;
    this.dropUnwanted();
    return before === undefined || before.size !== wanted.size || [...before].some((name) => !wanted.has(name));
  }

  close(): void {
    this.closed = true;
  }

  take(response: DiscoveryResponse): Promise<readonly Rejection[]> {
    const result = this.tail.then(() => this.apply(response));
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async apply(response: DiscoveryResponse): Promise<readonly Rejection[]> {
    if (this.closed) return [];
    const { resources, rejections } = decode(this.schema, response);
    const changed = this.changedOf(resources);
    // What could not be read may be anything, so nothing counts as removed then.
    const complete = this.wanted === undefined && rejections.length === 0;
    const removed = complete ? [...this.accepted.keys()].filter((name) => !resources.has(name)) : [];
    // The first response is told even if it is empty: a proxy may start serving when it knows that there is nothing.
    const news = changed.size + removed.length > 0 || !this.answered;
    this.answered = true;
    const refused = news ? await this.hand(response.versionInfo, changed, removed) : [];

    const refusedNames = new Set(refused.map(({ name }) => name));
    for (const [name, { digest }] of changed) if (!refusedNames.has(name)) this.accepted.set(name, digest);
    for (const name of removed) this.accepted.delete(name);
    this.dropUnwanted();
    const all = [...rejections, ...refused];
    if (all.length === 0) this.version = response.versionInfo;
    return all;
  }

  private changedOf(
    resources: ReadonlyMap<string, Decoded<MessageShape<Desc>>>,
  ): Map<string, Decoded<MessageShape<Desc>>> {
    const wanted = [...resources].filter(([name]) => this.wanted === undefined || this.wanted.has(name));
    return new Map(wanted.filter(([name, { digest }]) => this.accepted.get(name) !== digest));
  }

  private async hand(
    version: string,
    changed: ReadonlyMap<string, Decoded<MessageShape<Desc>>>,
    removed: readonly string[],
  ): Promise<readonly Rejection[]> {
    const messages = new Map([...changed].map(([name, { message }]) => [name, message]));
    try {
      return await this.handler.onUpdate({ version, changed: messages, removed });
    } catch (error) {
      const reason = `cannot be applied: ${error instanceof Error ? error.message : String(error)}`;
      return changed.size > 0 ? [...changed.keys()].map((name) => ({ name, reason })) : [{ name: "removal", reason }];
    }
  }

  private dropUnwanted(): void {
    const { wanted } = this;
    if (wanted !== undefined)
      for (const name of this.accepted.keys()) if (!wanted.has(name)) this.accepted.delete(name);
  }
}
