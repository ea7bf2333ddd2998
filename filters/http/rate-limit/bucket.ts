import { Bytes, currentTimeNanoseconds, Fields, getSharedData, setSharedData, Slice, Status } from "meltemi/assembly";

const MOST_TOKENS: f64 = 4294967295;
const MOST_MILLISECONDS: f64 = 86400000;
const NANOSECONDS_A_MILLISECOND: u64 = 1000000;
/** So often another worker may come in between; each time one of all workers gets on. */
const MOST_TRIES: i32 = 1000;
/** A number that no value ever has: what is there stays, and what is not is made. */
const NEVER_CAS: u32 = u32.MAX_VALUE;

/** In shared data, little-endian: tokens u64, when they were last filled u64 (nanoseconds since 1970). */
const BYTES: i32 = 16;
const state: usize = memory.data(16);

/**
 * A token bucket that all workers take from: its state is the proxy's shared data, changed by compare and swap, so that not
 * one request more passes than there are tokens. It begins full, and lives on when rules change but not it.
 */
export class Bucket {
  private key: Bytes;

  constructor(
    name: string,
    private maxTokens: u64,
    private tokensPerFill: u64,
    private fillNanoseconds: u64,
  ) {
    // With other numbers it is another bucket.
    const numbers = [maxTokens.toString(), tokensPerFill.toString(), fillNanoseconds.toString()].join("/");
    this.key = Bytes.of("meltemi.rate-limit." + name + "." + numbers);
  }

  /** `{"maxTokens": N, "tokensPerFill": N, "fillInterval": MS}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, name: string): Bucket {
    required(fields, "maxTokens");
    required(fields, "fillInterval");
    const maxTokens = fields.integer("maxTokens", 1, 0, MOST_TOKENS);
    const tokensPerFill = fields.integer("tokensPerFill", 1, 1, MOST_TOKENS);
    const fillInterval = fields.integer("fillInterval", 1, 1, MOST_MILLISECONDS);
    return new Bucket(name, <u64>maxTokens, <u64>tokensPerFill, <u64>fillInterval * NANOSECONDS_A_MILLISECOND);
  }

  /** Takes a token; false: there is none. */
  take(): bool {
    const key = this.key.view();
    for (let i = 0; i < MOST_TRIES; i++) {
      const shared = getSharedData(key);
      const now = currentTimeNanoseconds();
      if (shared == null || shared.value.length != BYTES) {
        write(this.maxTokens, now);
        setSharedData(key, Slice.view(state, BYTES), shared == null ? NEVER_CAS : shared.cas);
        continue;
      }
      let tokens = load<u64>(shared.value.ptr);
      let filledAt = load<u64>(shared.value.ptr, 8);
      // A clock that was set back fills nothing, and goes on from the new time when it has come so far.
      const fills = now > filledAt ? (now - filledAt) / this.fillNanoseconds : 0;
      if (fills > 0) {
        const wanted = (this.maxTokens - min(tokens, this.maxTokens) + this.tokensPerFill - 1) / this.tokensPerFill;
        tokens = fills >= wanted ? this.maxTokens : tokens + fills * this.tokensPerFill;
        filledAt += fills * this.fillNanoseconds;
      }
      if (tokens == 0) return false;
      write(tokens - 1, filledAt);
      if (setSharedData(key, Slice.view(state, BYTES), shared.cas) == Status.Ok) return true;
    }
    return false;
  }
}

function write(tokens: u64, filledAt: u64): void {
  store<u64>(state, tokens);
  store<u64>(state, filledAt, 8);
}

function required(fields: Fields, name: string): void {
  if (!fields.has(name)) fields.problems.add(fields.path + "." + name, "a whole number", null);
}
