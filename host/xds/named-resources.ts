import type { Rejection, Update } from "../../xds/index.js";
import { ConfigError } from "../config/index.js";
import type { Logger, WarmingProvider } from "../network/index.js";

/** Envoy's default initial_fetch_timeout: without an answer in this time, what waits goes on without. */
export const FETCH_TIMEOUT_MS = 15_000;

interface Subscriber<Message> {
  /** Compiles, and returns how to take the result into use. */
  prepare(message: Message): Promise<() => void>;
}

interface Accepted<Message> {
  readonly message: Message;
  readonly version: string;
  readonly updated: Date;
}

/** Resources that are asked for by name (RDS, ECDS), each compiled by everyone who subscribed to it. */
export class NamedResources<Message> {
  private readonly subscribers = new Map<string, Set<Subscriber<Message>>>();
  private readonly accepted = new Map<string, Accepted<Message>>();

  constructor(
    private readonly setNames: (names: readonly string[]) => void,
    private readonly logger: Logger,
  ) {}

  /** The last good version of each, for /config_dump. */
  get current(): ReadonlyMap<string, Accepted<Message>> {
    return this.accepted;
  }

  /** Applies an update: a resource that one of its subscribers cannot compile is refused, and what was stays in use. */
  async apply({ changed, version }: Update<Message>): Promise<Rejection[]> {
    const rejections: Rejection[] = [];
    for (const [name, message] of changed) {
      try {
        const commits = await Promise.all([...this.of(name)].map((subscriber) => subscriber.prepare(message)));
        this.accepted.set(name, { message, version, updated: new Date() });
        for (const commit of commits) commit();
      } catch (error) {
        if (!(error instanceof ConfigError))
          this.logger.error({ err: error, resource: name }, "a resource could not be compiled");
        rejections.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return rejections;
  }

  /** Subscribes; the provider is ready with its first value, or when the fetch has timed out. */
  subscribe<T>(name: string, compile: (message: Message) => T | Promise<T>): WarmingProvider<T> {
    const listeners = new Set<(value: T | undefined) => void>();
    let value: T | undefined;
    let settle = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const timer = setTimeout(() => {
      this.logger.warn({ resource: name }, "no answer from the control plane in time; going on without");
      settle();
    }, FETCH_TIMEOUT_MS).unref();
    const commit = (next: T) => {
      value = next;
      clearTimeout(timer);
      settle();
      for (const listener of listeners) listener(next);
    };
    const subscriber: Subscriber<Message> = {
      prepare: async (message) => {
        const next = await compile(message);
        return () => commit(next);
      },
    };
    const set = this.of(name);
    set.add(subscriber);
    const known = this.accepted.get(name);
    if (known !== undefined) void this.catchUp(name, known.message, subscriber);
    this.ask();
    return {
      ready,
      current: () => value,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: () => {
        clearTimeout(timer);
        settle();
        if (!set.delete(subscriber) || set.size > 0 || this.subscribers.get(name) !== set) return;
        this.subscribers.delete(name);
        this.accepted.delete(name);
        this.ask();
      },
    };
  }

  /** A new subscriber of something that is there already. */
  private async catchUp(name: string, message: Message, subscriber: Subscriber<Message>): Promise<void> {
    try {
      const commit = await subscriber.prepare(message);
      // A newer version that came meanwhile has been compiled for it, too.
      if (this.accepted.get(name)?.message === message) commit();
    } catch (error) {
      this.logger.warn({ err: error, resource: name }, "the accepted version does not fit a new subscriber");
    }
  }

  private of(name: string): Set<Subscriber<Message>> {
    const there = this.subscribers.get(name);
    if (there !== undefined) return there;
    const made = new Set<Subscriber<Message>>();
    this.subscribers.set(name, made);
    return made;
  }

  private ask(): void {
    this.setNames([...this.subscribers].filter(([, set]) => set.size > 0).map(([name]) => name));
  }
}
