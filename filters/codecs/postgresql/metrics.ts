import { Histogram, LateCounter, NamedCounters, Slice } from "meltemi/assembly";

const PREFIX = "meltemi.postgresql.session.";
const KINDS =
  "select insert update delete merge copy truncate begin start commit rollback savepoint release set show " +
  "create alter drop grant revoke call do declare fetch close execute deallocate listen notify lock explain";
// More SQLSTATEs than servers have.
const MAX_STATES: i32 = 300;
const SQLSTATE: i32 = 5;

const kinds: Array<Slice> = [];
const counters: Array<LateCounter> = [];
const words = KINDS.split(" ");
for (let i = 0; i < words.length; i++) {
  kinds.push(Slice.fixed(words[i]));
  counters.push(new LateCounter(PREFIX + "statements." + words[i]));
}
counters.push(new LateCounter(PREFIX + "statements.other"));

const errors = new NamedCounters(PREFIX + "errors.", MAX_STATES, SQLSTATE);
const denied = new LateCounter(PREFIX + "denied");
const refused = new LateCounter(PREFIX + "refused");
let latency: Histogram | null = null;

/** The number of a statement's kind, for `countStatement`. */
export function kindOf(word: Slice): i32 {
  for (let i = 0; i < kinds.length; i++) if (unchecked(kinds[i]).equals(word)) return i;
  return kinds.length;
}

/** The word of a kind's number; empty for kinds that are not known. */
export function nameOfKind(kind: i32): Slice {
  return kind >= 0 && kind < kinds.length ? unchecked(kinds[kind]) : Slice.empty();
}

/** A statement has been sent to the server: `statements.<kind>`. */
export function countStatement(kind: i32): void {
  counters[kind].increment();
}

/** The server refused something: `errors.<SQLSTATE>`. */
export function countError(sqlState: Slice): void {
  errors.increment(sqlState.length == SQLSTATE ? sqlState : Slice.empty());
}

/** The proxy refused something: `denied`. */
export function countDenied(): void {
  denied.increment();
}

/** A session of a protocol version that is not known was refused: `refused`. */
export function countRefused(): void {
  refused.increment();
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
