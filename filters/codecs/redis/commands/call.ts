import { lower, Slice, Writer } from "meltemi/assembly";
import { Arguments, integerOf } from "../resp";
import { Access, Command, Is } from "./command";
import { commandOf } from "./list";

const MAX_NAME: i32 = 64;

/** One command with its arguments, as a client sent it: which it is, and where its keys are. */
export class Call {
  readonly arguments: Arguments = new Arguments();
  /** Null: a command that is not known. */
  command: Command | null = null;
  /** Arguments of the first key (zero: no keys) and of the last, and the step between. */
  first: i32 = 0;
  last: i32 = 0;
  step: i32 = 1;
  private lowered: Writer = new Writer();

  /** Reads the first `most` arguments. */
  read(bytes: Slice, most: i32 = i32.MAX_VALUE): void {
    this.arguments.read(bytes, most);
    this.command = commandOf(this.arguments.at(0));
    this.findKeys();
  }

  get is(): Is {
    const command = this.command;
    return command == null ? Is.Other : command.is;
  }

  /** What it does to the database; an unknown command may do anything. */
  get access(): Access {
    const command = this.command;
    if (command == null) return Access.Write;
    if (command.is == Is.Client) return this.word(1, CLIENT_ADMIN) ? Access.Admin : Access.None;
    if (command.is == Is.Cluster) return this.word(1, CLUSTER_HARMLESS) ? Access.None : Access.Admin;
    if (command.is == Is.Memory && this.first == 0) return Access.Admin;
    return command.access;
  }

  /** The command's name in lower case; good until the next call of this or of `subcommand`. */
  name(): Slice {
    const command = this.command;
    return command != null ? command.name : this.lower(this.arguments.at(0));
  }

  /** The second word, in lower case, of commands that have one (`config get`); empty for all others. */
  subcommand(): Slice {
    const command = this.command;
    if (command == null || !CONTAINERS.includes(command.name)) return Slice.empty();
    return this.lower(this.arguments.at(1));
  }

  get key(): Slice {
    return this.first > 0 ? this.arguments.at(this.first) : Slice.empty();
  }

  /** Does it need a server of its own while it waits? */
  get blocks(): bool {
    const command = this.command;
    if (command == null) return false;
    return command.blocks || (command.is == Is.BlockingStream && this.has(BLOCK, STREAMS));
  }

  /** Is this argument one of these words, whatever its case? */
  word(index: i32, words: Array<Slice>): bool {
    const argument = this.arguments.at(index);
    for (let i = 0; i < words.length; i++) if (unchecked(words[i]).equalsIgnoreCase(argument)) return true;
    return false;
  }

  /** Does an option stand before another one? */
  private has(option: Slice, before: Slice): bool {
    const args = this.arguments;
    for (let i = 1; i < args.length && !args.at(i).equalsIgnoreCase(before); i++) {
      if (args.at(i).equalsIgnoreCase(option)) return true;
    }
    return false;
  }

  private findKeys(): void {
    const command = this.command;
    this.first = 0;
    this.last = 0;
    if (command == null) return;
    const total = this.arguments.total;
    let first = command.first;
    let last = command.last < 0 ? total + command.last : command.last;
    this.step = command.step;
    if (command.numkeys > 0) {
      const count = integerOf(this.arguments.at(command.numkeys), 0);
      if (first > command.numkeys) last = first + count - 1;
      // ZUNIONSTORE: the destination stands before the number of the keys. It speaks for them all.
      else if (count == 0) first = 0;
    } else if (command.streams) {
      first = this.after(STREAMS);
      last = first > 0 ? first + (total - first) / 2 - 1 : 0;
    } else if (command.is == Is.Memory) {
      first = this.word(1, USAGE) ? 2 : 0;
      last = first;
    }
    if (first == 0 || first >= total || last < first) return;
    this.first = first;
    this.last = min(last, total - 1);
  }

  private after(word: Slice): i32 {
    for (let i = 1; i < this.arguments.length; i++) if (this.arguments.at(i).equalsIgnoreCase(word)) return i + 1;
    return 0;
  }

  private lower(text: Slice): Slice {
    this.lowered.reset();
    const length = min(text.length, MAX_NAME);
    for (let i = 0; i < length; i++) this.lowered.u8(lower(text.at(i)));
    return this.lowered.view();
  }
}

const CLIENT_ADMIN = words("kill list pause unpause unblock no-evict no-touch");
const CLUSTER_HARMLESS = words("slots shards nodes info keyslot myid countkeysinslot getkeysinslot links");
const CONTAINERS = known(
  "acl client cluster command config debug function latency memory module object pubsub script slowlog xgroup xinfo",
);
const USAGE = words("usage");
const BLOCK = Slice.fixed("block");
const STREAMS = Slice.fixed("streams");

export function words(text: string): Array<Slice> {
  const list: Array<Slice> = [];
  const parts = text.split(" ");
  for (let i = 0; i < parts.length; i++) list.push(Slice.fixed(parts[i]));
  return list;
}

/** The names of commands as the table has them, to be told apart by their identity. */
function known(text: string): Array<Slice> {
  const list: Array<Slice> = [];
  const parts = text.split(" ");
  for (let i = 0; i < parts.length; i++) list.push(commandOf(Slice.fixed(parts[i]))!.name);
  return list;
}
