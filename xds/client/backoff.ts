/** Delays that double up to a limit, each drawn at random below that, so that many clients do not come back at once. */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly baseMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  next(): number {
    const limit = Math.min(this.maxMs, this.baseMs * 2 ** Math.min(this.attempts, 30));
    this.attempts += 1;
    return Math.round(this.random() * limit);
  }

  /** It worked: the next failure starts from the beginning. */
  reset(): void {
    this.attempts = 0;
  }
}
