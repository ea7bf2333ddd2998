import type { ResourceSet, ServedType } from "./resources.js";

/**
 * What a client is served now. Each type has a label that goes out as the version: a counter, so that two publications
 * on one stream are never confused, and the content's hash, so that two streams are not either.
 */
export class Published {
  static readonly nothing = new Published(new Map(), new Map());

  private constructor(
    private readonly set: ResourceSet,
    private readonly counters: ReadonlyMap<string, number>,
  ) {}

  /** The next publication; the counters of types that do not differ stay. */
  next(set: ResourceSet): Published {
    const counters = new Map(this.counters);
    for (const typeUrl of new Set([...this.set.keys(), ...set.keys()])) {
      const same = this.set.get(typeUrl)?.version === set.get(typeUrl)?.version;
      if (!same) counters.set(typeUrl, this.counter(typeUrl) + 1);
    }
    return new Published(set, counters);
  }

  ofType(typeUrl: string): ServedType {
    return this.set.get(typeUrl) ?? NONE;
  }

  /** How often the type has changed in this run. */
  counter(typeUrl: string): number {
    return this.counters.get(typeUrl) ?? 0;
  }

  /** The version that a response for this type carries. */
  label(typeUrl: string): string {
    return `${this.counter(typeUrl)}-${this.ofType(typeUrl).version}`;
  }
}

const NONE: ServedType = { version: "none", resources: new Map() };
