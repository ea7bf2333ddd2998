interface Entry<T> {
  readonly item: T;
  deadline: number;
  order: number;
}

/**
 * Earliest-deadline-first schedule: each item comes up in proportion to its weight, evenly spread. The weight is asked for
 * at each pick, so it may change with load.
 */
export class EdfSchedule<T> {
  private readonly entries: Entry<T>[];
  private order = 0;

  constructor(
    items: readonly T[],
    private readonly weight: (item: T) => number,
  ) {
    this.entries = items.map((item) => ({ item, deadline: 1 / this.weightOf(item), order: this.order++ }));
    // As Envoy does: start anywhere, so that many proxies do not all begin with the same host.
    for (let skip = Math.floor(Math.random() * items.length); skip > 0; skip--) this.next();
  }

  next(): T | undefined {
    let first = this.entries[0];
    if (first === undefined) return undefined;
    for (const entry of this.entries) {
      if (entry.deadline < first.deadline || (entry.deadline === first.deadline && entry.order < first.order))
        first = entry;
    }
    first.deadline += 1 / this.weightOf(first.item);
    first.order = this.order++;
    return first.item;
  }

  private weightOf(item: T): number {
    return Math.max(this.weight(item), Number.MIN_VALUE * 2 ** 60);
  }
}
