import { Slice } from "meltemi/assembly";

/** What a command does to a database. */
export enum Access {
  /** Neither reads nor writes keys: PING, MULTI, INFO. */
  None,
  Read,
  Write,
  Admin,
  PubSub,
}

/** The names of `Access`, as rules and configuration say them. */
export const ACCESS_NAMES: Array<string> = ["none", "read", "write", "admin", "pubsub"];

/** Commands that the codec itself has to do with. */
export enum Is {
  Other,
  Auth,
  BlockingStream,
  Client,
  Cluster,
  Discard,
  Exec,
  Hello,
  Memory,
  Monitor,
  Multi,
  Object,
  Ping,
  Quit,
  /** Makes no sense through a proxy. */
  Refused,
  Reset,
  Select,
  Subscribe,
  Unsubscribe,
  Unwatch,
  Watch,
}

/** How a command over several keys is passed on key by key, and its answers are joined. */
export enum Split {
  No,
  /** Whole numbers, added up: DEL. */
  Sum,
  /** Arrays, one behind the other: MGET. */
  Array,
  /** +OK, of keys with their values: MSET. */
  Ok,
}

/** What is known of a command by its name. */
export class Command {
  is: Is = Is.Other;
  access: Access = Access.None;
  /** Argument of the first key, zero without keys; of the last (counted from the end where negative), and the step between. */
  first: i32 = 0;
  last: i32 = 0;
  step: i32 = 1;
  /** The argument that says how many keys follow it; zero where none does. */
  numkeys: i32 = 0;
  /** Keys are the first half of what follows STREAMS. */
  streams: bool = false;
  /** Needs a server of its own while it waits: BLPOP. */
  blocks: bool = false;
  split: Split = Split.No;

  constructor(readonly name: Slice) {}
}
