import type { Arrival, Call, Entry } from "../demo/index.js";

/** The header that tells one call from another, wherever its request arrives. */
export const CALL = "call";
/** The header in which a backend says its name. */
export const SERVED_BY = "served-by";

/** A call of one application, known by its id wherever its request arrives. */
export interface NotedCall extends Call {
  readonly id: string;
}

/** What was called, what answered, what arrived: all that the table and the verdict are made from. */
export class Journal {
  private readonly arrivals = new Map<string, Arrival[]>();
  private readonly calls: NotedCall[] = [];
  private last = 0;
  private forgotten = 0;

  /** @param capacity calls that are kept; the oldest go first */
  constructor(private readonly capacity = Number.POSITIVE_INFINITY) {}

  newId(): string {
    this.last += 1;
    return String(this.last);
  }

  arrived(id: string, arrival: Arrival): void {
    if (Number(id) <= this.forgotten) return;
    const known = this.arrivals.get(id);
    if (known === undefined) this.arrivals.set(id, [arrival]);
    else known.push(arrival);
  }

  answered(call: NotedCall): void {
    this.calls.push(call);
    if (this.calls.length <= this.capacity) return;
    const [oldest] = this.calls.splice(0, 1);
    if (oldest === undefined) return;
    this.arrivals.delete(oldest.id);
    this.forgotten = Math.max(this.forgotten, Number(oldest.id));
  }

  /** Starts anew, as if nothing had been called yet. */
  clear(): void {
    this.calls.length = 0;
    this.arrivals.clear();
    this.forgotten = this.last;
  }

  get entries(): Entry[] {
    return this.calls.map((call) => ({ call, arrivals: this.arrivals.get(call.id) ?? [] }));
  }
}
