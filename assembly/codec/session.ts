import { Reader, Writer } from "../bytes";
import { Fields } from "../json";
import { Exchanges } from "./exchanges";
import { Failure } from "./failure";
import { Frame, Scan } from "./frame";
import { Metadata } from "./metadata";

/** What becomes of a message of a session, as its codec decides. */
export enum Step {
  /** It goes on as it is. */
  Pass,
  /** What was written goes on in its place; nothing at all, where nothing was written. */
  Replace,
  /** What was written goes back to the client; the message goes nowhere. Clients' messages only. */
  Answer,
  /** As `Answer`, and then the connection is closed. */
  Refuse,
  /** It opens the session, which is routed by the metadata, and is the first that the server gets. */
  Open,
  /** As `Open`, and nothing of what follows, in either direction, is looked at. */
  OpenOpaque,
  /** As `Open`, to the server of the session that is known as `meta.service`, wherever rules lead by now. */
  Follow,
  /** It goes on, and the session is from now on known as `meta.service` to those that follow. Servers' messages only. */
  Name,
  /** It goes on and is the client's last. */
  End,
  /**
   * It goes on, and the connection needs no server of its own any more: nothing is owed to the client, and the requests that
   * follow are routed each by itself again. Servers' messages only, of a session within the request lane.
   */
  Release,
  /** As `Replace`, and then `Release`. */
  ReplaceAndRelease,
}

const UNCOUNTED = new Exchanges();

/**
 * One connection of a protocol in which the connection is the unit. What the client says first chooses the server, by
 * rules over the attributes; from then on messages pass in both directions under the codec's eyes.
 */
export abstract class SessionCodec {
  /** To be told of the requests within the session, where the protocol has any. */
  exchanges: Exchanges = UNCOUNTED;

  /**
   * Looks at the start of `input`, from `frame.from`, and says what is there, from the header alone (`Scan.Frame`, `More`
   * or `Bad`). `frame.keep` says how many leading bytes the codec wants to see; zero means `head`. A message is held back
   * until so many bytes of it are there, 256 KiB at most; what is longer passes as it comes.
   */
  abstract scan(input: Reader, frame: Frame): Scan;

  /** Decides on a client's message. `frame.bytes` has its first `keep` bytes. */
  abstract fromClient(frame: Frame, meta: Metadata, out: Writer): Step;

  /**
   * For who watches (`meltemi tap`), just before `fromClient`: what a client's message within the session asks for, without
   * secrets. False: nothing that is worth to be shown.
   */
  describe(frame: Frame, meta: Metadata): bool {
    return false;
  }

  /** Decides on a server's message. */
  abstract fromServer(frame: Frame, meta: Metadata, out: Writer): Step;

  /** Tells the client in the protocol's own words why its session ends, or never came to be. */
  abstract fail(why: Failure, out: Writer): void;

  /**
   * The proxy would like the connection to end. True: the client is idle, and what was written tells it; false: not now,
   * to be asked again after the server's next messages.
   */
  drain(out: Writer): bool {
    return false;
  }
}

/** What a module registers: its settings, shared by all connections of one use, and a codec for each connection. */
export abstract class SessionProtocol {
  /**
   * Reads the protocol's own settings, the field `codec` of the configuration. Called again on the same object when they
   * change, and then holds for open connections too.
   */
  configure(fields: Fields): void {}

  /** A codec for a new connection. */
  abstract connect(): SessionCodec;

  /** A code of `Exchanges.answered` as people write it, in metrics. */
  nameOf(code: i32): string {
    return code.toString();
  }
}
