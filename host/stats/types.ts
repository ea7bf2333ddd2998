/** A number that only grows. */
export interface Counter {
  readonly name: string;
  readonly value: number;
  inc(by?: number): void;
}

/** A number that goes up and down. */
export interface Gauge {
  readonly name: string;
  readonly value: number;
  inc(by?: number): void;
  dec(by?: number): void;
  set(value: number): void;
}

/** A distribution of values (milliseconds unless the name says otherwise). */
export interface Histogram {
  readonly name: string;
  record(value: number): void;
}

/** Gives out stats under a name prefix. Asking twice for a name gives the same object, so keep what is hot. */
export interface Scope {
  readonly prefix: string;
  counter(name: string): Counter;
  gauge(name: string): Gauge;
  histogram(name: string): Histogram;
  /** A scope below; the dot between is added. */
  scope(prefix: string): Scope;
}
