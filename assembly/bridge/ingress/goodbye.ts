import { Writer } from "../../bytes";
import { Codec } from "../../codec";
import { currentTimeNanoseconds } from "../../hostcalls";
import { Watching, watchLater } from "../later";
import { Metrics } from "../metrics";

const QUIET_NANOSECONDS: u64 = 100_000_000;

/**
 * How a client is asked to go elsewhere: in the protocol's words, or else by closing in a quiet moment. Closed right behind
 * its last answer, a client that nobody told would send its next request into the close.
 */
export class Goodbye {
  private said: bool = false;
  /** Since when nothing is under way; zero: something is, or was just now. */
  private since: u64 = 0;

  constructor(
    private codec: Codec,
    private metrics: Metrics,
  ) {}

  /** Was the client asked, or is a quiet moment waited for? */
  get isSaid(): bool {
    return this.said;
  }

  /** Asks once. True: in words, which have to go out; else `connection` is called until it has closed. */
  say(to: Writer, connection: Watching): bool {
    if (this.said) return false;
    this.said = true;
    this.metrics.drains.increment();
    const told = this.codec.drain(to);
    if (!told) watchLater(connection);
    return told;
  }

  /** Something is under way. */
  disturb(): void {
    this.since = 0;
  }

  /** Has nothing been under way for so long that the client will hardly be sending just now? */
  isTime(idle: bool): bool {
    const now = currentTimeNanoseconds();
    if (!idle) this.since = 0;
    else if (this.since == 0) this.since = now;
    return idle && now - this.since >= QUIET_NANOSECONDS;
  }
}
