import { Counter, LateCounter, NamedCounters, Slice } from "meltemi/assembly";
import { Verdict } from "./client";
import { Command } from "./commands";

const PREFIX = "meltemi.redis.";
// More codes than servers have.
const MAX_CODES: i32 = 64;
const MAX_CODE: i32 = 24;

const commands = new Map<usize, Counter>();
const others = new LateCounter(PREFIX + "commands.other");
const errors = new NamedCounters(PREFIX + "errors.", MAX_CODES, MAX_CODE);
const denied = new LateCounter(PREFIX + "denied");
const refused = new LateCounter(PREFIX + "refused");

/** A command has been passed on: `commands.<name>`; `commands.other` where it is not known. */
export function countCommand(command: Command | null): void {
  if (command == null) {
    others.increment();
    return;
  }
  const key = changetype<usize>(command);
  if (!commands.has(key)) commands.set(key, Counter.define(PREFIX + "commands." + command.name.toString()));
  commands.get(key).increment();
}

/** A server answered with an error: `errors.<code>`. */
export function countError(code: Slice): void {
  errors.increment(code);
}

/**
 * The proxy refused a command: `denied` where access rules or a missing AUTH did, `refused` where it is not known, or is
 * nothing for a proxy.
 */
export function countRefusal(verdict: Verdict): void {
  if (verdict == Verdict.NoAuth || verdict == Verdict.Denied) denied.increment();
  else if (verdict == Verdict.Unknown || verdict == Verdict.Refused || verdict == Verdict.TooLong) refused.increment();
}
