import type { Listener as ListenerProto } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import type { Rejection, Update } from "../../xds/index.js";
import type { ListenerManager, Logger } from "../network/index.js";
import { rejection } from "./rejection.js";

/** A listener resource as it was accepted. */
export interface ListenerRecord {
  readonly listener: ListenerProto;
  readonly version: string;
  readonly updated: Date;
}

/** LDS: builds and binds what has changed; what has not is not touched. */
export class ListenerUpdates {
  readonly records = new Map<string, ListenerRecord>();

  constructor(
    private readonly manager: ListenerManager,
    private readonly logger: Logger,
  ) {}

  /** Applies LDS. Listeners that wait for routes and extensions are in `warmed`. */
  async apply({
    changed,
    removed,
    version,
  }: Update<ListenerProto>): Promise<{ rejections: Rejection[]; warmed: Promise<void> }> {
    const rejections: Rejection[] = [];
    // Internal listeners first: clusters connect to them as soon as the others take connections.
    const entries = [...changed].sort(([, a], [, b]) => rank(a) - rank(b));
    const internals: Promise<void>[] = [];
    const others: Promise<void>[] = [];
    for (const [name, listener] of entries) {
      const internal = rank(listener) === 0;
      try {
        const { ready } = await this.manager.put(listener, internal ? [] : internals);
        (internal ? internals : others).push(ready);
        this.records.set(name, { listener, version, updated: new Date() });
      } catch (error) {
        rejections.push(rejection(name, error, this.logger));
      }
    }
    for (const name of removed) {
      this.records.delete(name);
      this.manager.remove(name);
    }
    return { rejections, warmed: Promise.all([...internals, ...others]).then(() => undefined) };
  }
}

function rank(listener: ListenerProto): 0 | 1 {
  return listener.listenerSpecifier.case === "internalListener" ? 0 : 1;
}
