import { Slice } from "meltemi/assembly";
import { words } from "../commands";

/** How many channels, patterns and shard channels a client listens to, as the server confirmed it. */
export class Subscriptions {
  private channels: i32 = 0;
  private patterns: i32 = 0;
  private shards: i32 = 0;

  get any(): bool {
    return this.channels + this.patterns + this.shards > 0;
  }

  /** A confirmation: `count` is that of channels and patterns together, or of shard channels. */
  confirm(name: Slice, count: i32): void {
    if (is(name, SHARDS)) this.shards = count;
    else if (is(name, PATTERNS)) this.patterns = max(0, count - this.channels);
    else this.channels = max(0, count - this.patterns);
  }

  /** Those of the kind that a command, or its confirmation, is about. */
  countOf(command: Slice): i32 {
    return is(command, SHARDS) ? this.shards : is(command, PATTERNS) ? this.patterns : this.channels;
  }

  clear(): void {
    this.channels = 0;
    this.patterns = 0;
    this.shards = 0;
  }
}

/** Is this the first word of a confirmation, rather than of a message? */
export function isConfirmation(name: Slice): bool {
  return is(name, CHANNELS) || is(name, PATTERNS) || is(name, SHARDS);
}

function is(name: Slice, list: Array<Slice>): bool {
  return list[0].equalsIgnoreCase(name) || list[1].equalsIgnoreCase(name);
}

const CHANNELS = words("subscribe unsubscribe");
const PATTERNS = words("psubscribe punsubscribe");
const SHARDS = words("ssubscribe sunsubscribe");
