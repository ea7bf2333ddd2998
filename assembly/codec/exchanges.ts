import { Slice } from "../bytes";
import { Outcome } from "./metadata";

/**
 * Where a session's codec says what its client asks for and how that ends, so that it is counted as calls are on the other
 * lanes. Answers come in the order of requests. This one counts nothing.
 */
export class Exchanges {
  /** A request begins with the client's message at hand. */
  begin(): void {}

  /** What the latest request asks for: may be said again, until it has its answer. */
  names(service: Slice, operation: Slice): void {}

  /**
   * With the server's message at hand, the first request that has no answer yet has it.
   * @param code the protocol's own, as `SessionProtocol.nameOf` has it
   */
  answered(outcome: Outcome, code: i32): void {}

  /** As `answered`, where it was denied here and no server has answered it, or only to that end. */
  denied(): void {}
}
