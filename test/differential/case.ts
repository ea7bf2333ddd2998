/** A request, written as HTTP/1.1. */
export interface Request {
  /** Default GET, with a body POST. */
  readonly method?: string;
  /** Default `/`. */
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** One piece: with content-length. Several: chunked, each sent when the module has logged the one before. */
  readonly body?: readonly string[];
  readonly trailers?: readonly (readonly [string, string])[];
  /** How long an answer is waited for, where none is expected. */
  readonly patienceMs?: number;
}

/** Bytes on a TCP connection, each sent when the proxy has answered, or the module logged, the one before. */
export interface Connection {
  readonly writes: readonly string[];
  /** Waits for this many bytes before it closes; 0 where none come. */
  readonly expect: number;
}

/** What is done on both proxies. */
export interface Case {
  /** Unique; also the plugin's name and its vm_id. */
  readonly name: string;
  /** What is loaded; the probe where it is not said. */
  readonly module?: Module;
  /** The plugin's configuration: for the probe, its program. */
  readonly configuration?: string;
  readonly vmConfiguration?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly failurePolicy?: "FAIL_CLOSED" | "FAIL_OPEN" | "FAIL_RELOAD";
  /** The policy's older name. */
  readonly failOpen?: boolean;
  /** How long FAIL_RELOAD waits, with its unit: `60s`. */
  readonly reloadBackoff?: string;
  readonly allowOnHeadersStopIteration?: boolean;
  /** Requests one after the other, each on a connection of its own. */
  readonly http?: readonly Request[];
  readonly tcp?: readonly Connection[];
  /** A line of the module's log that has to come before the case is over; default: its last context is deleted. */
  readonly until?: RegExp;
}

/** A module's bytes, made when they are wanted. */
export type Module = () => Promise<Uint8Array>;

/** What came of a case: nothing in it tells one proxy from the other. */
export interface Observation {
  /** What the client got, a line for each part. */
  readonly client: readonly string[];
  /** Distinct lines until the first traffic, in order: Envoy starts more VMs than the host. */
  readonly startup: readonly string[];
  /** `level message`, in order. */
  readonly log: readonly string[];
  /** Counters and gauges of the module that have its case's name in theirs. */
  readonly metrics: Readonly<Record<string, number>>;
}
