import { Counter, LateCounter, NamedCounters, Slice } from "meltemi/assembly";
import { Command } from "./commands";

const PREFIX = "meltemi.redis.";
// More codes than servers have.
const MAX_CODES: i32 = 64;
const MAX_CODE: i32 = 24;

const commands = new Map<usize, Counter>();
const others = new LateCounter(PREFIX + "commands.other");
const errors = new NamedCounters(PREFIX + "errors.", MAX_CODES, MAX_CODE);
const denied = new LateCounter(PREFIX + "denied");

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

/** Access rules, or a missing AUTH, refused a command: `denied`. */
export function countDenied(): void {
  denied.increment();
}
