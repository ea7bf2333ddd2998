import { Reader, Writer } from "../bytes";
import { Failure } from "./failure";
import { Frame, Scan } from "./frame";
import { Metadata } from "./metadata";
import { Mutation } from "./mutation";

/** What the SDK may rely on in a protocol; it chooses lanes and modes by these. */
export class Traits {
  /** Each request carries an id that its response repeats, and answers may come in any order. */
  ids: bool = false;
  /** Answers must reach the client in the order of its requests. */
  ordered: bool = false;
  /** `ping` makes a frame that every server answers at once. */
  heartbeat: bool = false;
  /** The connection is the unit: `scan` answers `Session`. */
  session: bool = false;
}

/**
 * One protocol, as its author writes it: pure functions from bytes to meaning and back. Everything else (buffering,
 * HTTP/2, windows, pooling, lanes, metrics) is the SDK's. There is one codec object for each connection, so a codec may
 * keep state between calls.
 */
export abstract class Codec {
  abstract traits(): Traits;

  /**
   * Looks at the start of `input` and says what is there, from the header alone: nothing is decoded or kept, so that a
   * frame that declares too much is refused before it takes memory. Called again with more bytes after `More`.
   */
  abstract scan(input: Reader, frame: Frame): Scan;

  /** Reads where a whole frame goes, and its attributes. False: it cannot be read, and passes opaquely. */
  abstract decode(frame: Frame, meta: Metadata): bool;

  /**
   * Writes the frame again with its attributes changed, all else as it is. Called only when something did change.
   * False: this frame's attributes cannot be changed.
   */
  abstract encode(frame: Frame, changes: Mutation, out: Writer): bool;

  /** The answer to `request` in the protocol's own words, with its id. */
  abstract fail(request: Frame, why: Failure, out: Writer): void;

  /** Puts another id into a frame, in place. With `Traits.ids`. */
  rename(frame: Frame, id: u64): void {}

  /** A heartbeat with this id. With `Traits.heartbeat`. */
  ping(id: u64, out: Writer): void {}

  /** The answer to a peer's heartbeat. */
  pong(ping: Frame, out: Writer): void {}

  /** The protocol's own «no new requests on this connection». False: it has none. */
  drain(out: Writer): bool {
    return false;
  }

  /** What a new backend connection is greeted with (AUTH, SELECT). */
  greet(out: Writer): void {}
}
