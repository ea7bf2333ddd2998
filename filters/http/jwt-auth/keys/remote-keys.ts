import { Bytes, HeaderPairsWriter, httpCall, Slice } from "meltemi/assembly";
import { KeySet } from "./key-set";

/** After a failure, and for a key that the set does not have, so long (milliseconds) nothing is fetched again. */
const REST_MS: i64 = 1000;
const NEW_KEY_REST_MS: i64 = 5000;
const NEVER: i64 = -1;

const METHOD = Slice.fixed(":method");
const GET = Slice.fixed("GET");
const PATH = Slice.fixed(":path");
const AUTHORITY = Slice.fixed(":authority");
const ACCEPT = Slice.fixed("accept");
const JSON_TYPE = Slice.fixed("application/json");

const pairs = new HeaderPairsWriter();

/** Somebody who cannot go on without keys. */
export interface Waiter {
  /** There are keys now, or there will be none; not to be called again. */
  onKeys(): void;
}

/**
 * A key set that is fetched when it is wanted, and again when it has grown old. The old one is used meanwhile, and for as
 * long as a new one cannot be had. Times are milliseconds.
 */
export class RemoteKeys {
  /** Null: there never was one. */
  set: KeySet | null = null;
  private token: u32 = 0;
  private waiters: Array<Waiter> = [];
  private fetchedAt: i64 = NEVER;
  private triedAt: i64 = NEVER;

  constructor(
    private cluster: Bytes,
    private authority: Bytes,
    private path: Bytes,
    private refreshMs: i64,
    private timeoutMs: u32,
  ) {}

  /**
   * Fetches where that is due.
   * @returns whether it is better to wait than to use what there is
   */
  want(now: i64): bool {
    const age = now - this.fetchedAt;
    if (this.set != null && age < this.refreshMs) return false;
    this.fetch(now, REST_MS);
    if (this.token == 0) return false;
    // One that nobody has wanted for long says nothing about the keys of today.
    return this.set == null || age > 2 * this.refreshMs;
  }

  /** The set does not have a key that a token names: it may be new. True: wait for it. */
  wantNewer(now: i64): bool {
    if (this.token == 0 && now - this.fetchedAt >= NEW_KEY_REST_MS) this.fetch(now, NEW_KEY_REST_MS);
    return this.token != 0;
  }

  wait(waiter: Waiter): void {
    this.waiters.push(waiter);
  }

  forget(waiter: Waiter): void {
    const index = this.waiters.indexOf(waiter);
    if (index >= 0) this.waiters.splice(index, 1);
  }

  /** Is this the answer to what was asked last? */
  awaits(token: u32): bool {
    return this.token != 0 && this.token == token;
  }

  /**
   * The answer is there.
   * @param body null: it is no answer, or not a good one
   * @returns whether it is a key set
   */
  answered(body: Slice | null, now: i64): bool {
    this.token = 0;
    const set = body != null ? KeySet.parse(body) : null;
    if (set != null) {
      this.set = set;
      this.fetchedAt = now;
    }
    const waiters = this.waiters;
    this.waiters = [];
    for (let i = 0; i < waiters.length; i++) waiters[i].onKeys();
    return set != null;
  }

  private fetch(now: i64, rest: i64): void {
    if (this.token != 0 || (this.triedAt != NEVER && now - this.triedAt < rest)) return;
    this.triedAt = now;
    pairs.add(METHOD, GET).add(PATH, this.path.view()).add(AUTHORITY, this.authority.view()).add(ACCEPT, JSON_TYPE);
    this.token = httpCall(this.cluster.view(), pairs.take(), Slice.empty(), Slice.empty(), this.timeoutMs);
  }
}
