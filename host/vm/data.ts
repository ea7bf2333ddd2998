/** A string in which each character is one byte (latin1), as node:http2 gives header values. */
export type ByteString = string;

/** One header: a lower-case name and its value, byte strings. */
export type Header = readonly [name: ByteString, value: ByteString];

/** The headers or trailers of a message, in order; host/http's HeaderMap is one. Names that the VM passes are lower case. */
export interface HeaderMap extends Iterable<Header> {
  /** How many fields. */
  readonly size: number;
  /** Bytes of all names and values. */
  readonly byteSize: number;
  /** The first value of a name. */
  get(name: string): string | undefined;
  add(name: string, value: string): void;
  /** Makes `value` the only one of its name. */
  set(name: string, value: string): void;
  remove(name: string): boolean;
  /** Replaces all fields. */
  replaceAll(fields: Iterable<Header>): void;
}

/** Bytes that modules read and change in place; host/bytes' ByteQueue is one. */
export interface ByteBuffer {
  readonly length: number;
  /** The buffer keeps the array. */
  append(bytes: Uint8Array): void;
  /** The buffer keeps the array. */
  prepend(bytes: Uint8Array): void;
  /** Drops up to `count` bytes from the front. */
  drain(count: number): void;
  /** All bytes as one view, which stays valid when the buffer changes. */
  view(): Uint8Array;
}
