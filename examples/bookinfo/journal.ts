import type { Headers } from "../awesomerpc/index.js";

/** The header that tells one call from another, wherever its request arrives. */
export const CALL = "call";
/** The header in which a backend says its name. */
export const SERVED_BY = "served-by";

/** A call as its caller saw it. */
export interface Call {
  readonly id: string;
  /** The service's host in the rules. */
  readonly host: string;
  readonly service: string;
  readonly method: string;
  readonly headers: Headers;
  readonly milliseconds: number;
  /** The status of the answer; nothing where none came. */
  readonly status?: number;
  readonly responseHeaders: Headers;
  /** The backend that answered; nothing where the proxy did. */
  readonly servedBy?: string;
}

/** A request as a backend saw it. */
export interface Arrival {
  readonly backend: string;
  readonly headers: Headers;
}

/** A call with all the places where its request arrived: more than one where it was mirrored. */
export interface Entry {
  readonly call: Call;
  readonly arrivals: readonly Arrival[];
}

/** What was called, what answered, what arrived: all that the table and the verdict are made from. */
export class Journal {
  private readonly arrivals = new Map<string, Arrival[]>();
  private readonly calls: Call[] = [];
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

  answered(call: Call): void {
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
