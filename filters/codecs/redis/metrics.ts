import { Counter, Slice } from "meltemi/assembly";
import { Command } from "./commands";

const PREFIX = "meltemi.redis.";
// More codes than servers have; broken answers cannot make metrics without end.
const MAX_CODES: i32 = 64;
const MAX_CODE: i32 = 24;

const commands = new Map<usize, Counter>();
const errors = new Map<string, Counter>();
let others: Counter | null = null;
let denied: Counter | null = null;

/** A command has been passed on: `commands.<name>`; `commands.other` where it is not known. */
export function countCommand(command: Command | null): void {
  if (command == null) {
    let counter = others;
    if (counter == null) {
      counter = Counter.define(PREFIX + "commands.other");
      others = counter;
    }
    counter.increment();
    return;
  }
  const key = changetype<usize>(command);
  if (!commands.has(key)) commands.set(key, Counter.define(PREFIX + "commands." + command.name.toString()));
  commands.get(key).increment();
}

/** A server answered with an error: `errors.<code>`. */
export function countError(code: Slice): void {
  let name = code.length > 0 && code.length <= MAX_CODE ? code.toString() : "other";
  if (!errors.has(name) && errors.size >= MAX_CODES) name = "other";
  if (!errors.has(name)) errors.set(name, Counter.define(PREFIX + "errors." + name));
  errors.get(name).increment();
}

/** Access rules, or a missing AUTH, refused a command: `denied`. */
export function countDenied(): void {
  let counter = denied;
  if (counter == null) {
    counter = Counter.define(PREFIX + "denied");
    denied = counter;
  }
  counter.increment();
}
