/** What carries messages. */
export enum Transport {
  /** One message behind the other; a message ends where its struct does. */
  Unframed,
  /** A length before each message. */
  Framed,
  /** THeader: a length, then a block of headers, then the message. */
  Header,
}

/** How a message is written. */
export enum Dialect {
  /** Binary, with a version before the name. */
  Strict,
  /** Binary as it was at first: the name comes first, the type behind it. */
  Old,
  Compact,
}

/** In all dialects the same numbers. */
export namespace MessageType {
  export const CALL: i32 = 1;
  export const REPLY: i32 = 2;
  export const EXCEPTION: i32 = 3;
  export const ONE_WAY: i32 = 4;
}
