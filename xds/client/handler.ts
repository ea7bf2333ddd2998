/** What one response means for a subscription. Resources whose bytes are as before are left out. */
export interface Update<T> {
  readonly version: string;
  /** New or changed resources by name; what was refused before comes again. */
  readonly changed: ReadonlyMap<string, T>;
  /** Names that a wildcard subscription has no longer. */
  readonly removed: readonly string[];
}

/** A resource that the client will not use, and why. */
export interface Rejection {
  readonly name: string;
  readonly reason: string;
}

/** Receives a subscription's resources. */
export interface SubscriptionHandler<T> {
  /**
   * Applies an update. The first may be empty, which says that there is nothing; later ones never are.
   *
   * An empty list acknowledges it; otherwise the response is refused with these reasons, while the resources that are
   * not named count as taken, as in Envoy. While a promise is pending the acknowledgement waits, and with it further
   * updates of this type.
   */
  onUpdate(update: Update<T>): readonly Rejection[] | Promise<readonly Rejection[]>;
}

/** A live subscription. */
export interface Subscription {
  /** Asks for exactly these names from now on. Names that are dropped are forgotten: asked for again, they come again. */
  setNames(names: Iterable<string>): void;
  /** Ends the subscription; the handler is not called again. */
  close(): void;
}
