import { Reader } from "meltemi/assembly";

export enum Walked {
  /** The struct goes on behind the input. */
  More,
  /** No struct, or nested too deeply. */
  Bad,
  Done,
  /** Of one step: go on. */
  Next,
}

/** What a dialect's values tell the walk that meets them. */
export abstract class Open {
  /** The struct that is open has ended. */
  abstract closeStruct(): Walked;

  /** A struct begins. */
  abstract openStruct(): Walked;

  /** So many elements follow, of two types in turn where it is a map. */
  abstract open(count: u64, keyType: u8, valueType: u8): Walked;

  /** So many bytes of no interest follow. */
  abstract skip(length: u64): Walked;
}

/** How a dialect writes values. Where bytes are missing, nothing is told to the walk. */
export abstract class Values {
  /** The next field of the open struct, or its stop. */
  abstract field(input: Reader, walk: Open): Walked;

  /** A value of this type. */
  abstract value(input: Reader, type: u8, walk: Open): Walked;
}
