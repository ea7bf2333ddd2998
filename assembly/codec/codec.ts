import { Reader, Writer } from "../bytes";
import { Answers } from "./answers";
import { Failure } from "./failure";
import { Frame, Scan } from "./frame";
import { Metadata } from "./metadata";
import { Mutation } from "./mutation";
import { SessionCodec } from "./session";

/** What the SDK may rely on in a protocol; it chooses lanes and modes by these. */
export class Traits {
  /** Each request carries an id that its response repeats, and answers may come in any order. */
  ids: bool = false;
  /** Answers must reach the client in the order of its requests. */
  ordered: bool = false;
  /** `ping` makes a frame that every server answers at once. */
  heartbeat: bool = false;
  /**
   * Without ids: a server answers the requests of a connection in their order, and takes more before it has answered. Callers
   * then share a backend connection, and what comes first answers what was sent first.
   */
  pipelined: bool = false;
  /** Some requests bind the client's connection to one server for a while (`Kind.Session`). */
  pins: bool = false;
}

/**
 * One protocol, as its author writes it: pure functions from bytes to meaning and back. Everything else (buffering,
 * HTTP/2, windows, pooling, lanes, metrics) is the SDK's. There is one codec object for each connection, so a codec may
 * keep state between calls.
 */
export abstract class Codec {
  /** What the protocol can do; the bridge acts by it. */
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

  /**
   * What a new backend connection is greeted with (AUTH).
   * @returns how many answers the server gives to it, which go to nobody; with `Traits.pipelined`
   */
  greet(out: Writer): i32 {
    return 0;
  }

  /**
   * Answers a request of `Kind.Local` itself; no server gets it. `request.bytes` is the whole frame.
   */
  answer(request: Frame, out: Writer): void {}

  /**
   * Of an answer to a greeting or to what `prepare` wrote. False: the server refuses this connection, which is closed, and
   * whoever waits for it has an error.
   */
  admitted(answer: Frame): bool {
    return true;
  }

  /**
   * Puts a backend connection into the state in which the next request is to be handled (`Metadata.state`, of the codec that
   * decoded it). Called on the egress's codec before every request with `Traits.pipelined`.
   * @returns how many answers the server gives to what was written
   */
  prepare(state: i32, out: Writer): i32 {
    return 0;
  }

  /**
   * How many requests this one is passed on as, each routed by itself; their answers are joined. 1: as it is; 0: it
   * cannot be, and `answer` says why. Asked only
   * where the service's backends hold different keys (the setting `sharded`).
   */
  parts(request: Frame): i32 {
    return 1;
  }

  /**
   * Writes one of these requests, a whole frame. Its attributes should be the request's own but for those that it is
   * taken apart by: rules see the parts, and are to judge them alike.
   */
  part(request: Frame, index: i32, out: Writer): void {}

  /**
   * One answer out of those to all parts, in their order; not asked where a rule forbids one of them (access, limit, fault),
   * whose answer is the whole's then. `request.bytes` has its first `keep` bytes.
   */
  join(request: Frame, answers: Answers, out: Writer): void {}

  /**
   * What looks at the messages while the connection is bound to one server, from the request of `Kind.Session` on. It may
   * share this codec's state. With `Traits.pins`; null: all pass, to the connection's end.
   */
  session(): SessionCodec | null {
    return null;
  }
}
