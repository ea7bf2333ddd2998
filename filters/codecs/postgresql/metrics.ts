import { Counter, Histogram, Slice } from "meltemi/assembly";

const PREFIX = "meltemi.postgresql.session.";
const KINDS =
  "select insert update delete merge copy truncate begin start commit rollback savepoint release set show " +
  "create alter drop grant revoke call do declare fetch close execute deallocate listen notify lock explain";
// More SQLSTATEs than servers have; a broken one cannot make metrics without end.
const MAX_STATES: i32 = 300;

const kinds: Array<Slice> = [];
const counters: Array<Counter | null> = [];
const words = KINDS.split(" ");
for (let i = 0; i < words.length; i++) {
  kinds.push(Slice.fixed(words[i]));
  counters.push(null);
}
counters.push(null);

const errors = new Map<string, Counter>();
let latency: Histogram | null = null;
let denied: Counter | null = null;
let refused: Counter | null = null;

/** The number of a statement's kind, for `countStatement`. */
export function kindOf(word: Slice): i32 {
  for (let i = 0; i < kinds.length; i++) if (unchecked(kinds[i]).equals(word)) return i;
  return kinds.length;
}

/** A statement has been sent to the server: `statements.<kind>`. */
export function countStatement(kind: i32): void {
  let counter = counters[kind];
  if (counter == null) {
    counter = Counter.define(PREFIX + "statements." + (kind < words.length ? words[kind] : "other"));
    counters[kind] = counter;
  }
  counter.increment();
}

/** The server refused something: `errors.<SQLSTATE>`. */
export function countError(sqlState: Slice): void {
  let name = sqlState.length == 5 ? sqlState.toString() : "other";
  if (!errors.has(name) && errors.size >= MAX_STATES) name = "other";
  if (!errors.has(name)) errors.set(name, Counter.define(PREFIX + "errors." + name));
  errors.get(name).increment();
}

/** The proxy refused something: `denied`. */
export function countDenied(): void {
  let counter = denied;
  if (counter == null) {
    counter = Counter.define(PREFIX + "denied");
    denied = counter;
  }
  counter.increment();
}

/** A session of a protocol version that is not known was refused: `refused`. */
export function countRefused(): void {
  let counter = refused;
  if (counter == null) {
    counter = Counter.define(PREFIX + "refused");
    refused = counter;
  }
  counter.increment();
}

/** From a query, or the first of a batch, to ReadyForQuery: `latency_us`. */
export function recordLatency(nanoseconds: u64): void {
  let histogram = latency;
  if (histogram == null) {
    histogram = Histogram.define(PREFIX + "latency_us");
    latency = histogram;
  }
  histogram.record(nanoseconds / 1000);
}
