const STEP: u64 = 0x9e3779b97f4a7c15;

/**
 * Draws: SplitMix64 (Steele, Lea, Flood 2014), which passes the usual batteries of tests and needs no more than a counter.
 * Not for secrets.
 */
export class Random {
  constructor(private state: u64) {}

  /** Draw `index` of those that begin from this seed. */
  static at(seed: u64, index: i32): u32 {
    return mix(seed + <u64>(index + 1) * STEP);
  }

  /** 32 bits, each value as likely as any other. */
  next(): u32 {
    this.state += STEP;
    return mix(this.state);
  }
}

function mix(state: u64): u32 {
  let mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return <u32>((mixed ^ (mixed >> 31)) >> 32);
}
