import { Fields } from "../json";
import { Codec } from "./codec";
import { Peer } from "./frame";

/** What a module registers where its protocol has settings: these, shared by all connections of one use, and its codecs. */
export abstract class Protocol {
  /**
   * Reads the protocol's own settings, the field `codec` of the configuration; what is wrong goes to the fields' problems.
   * Called again on the same object when they change, and then holds for open connections too.
   */
  configure(fields: Fields): void {}

  /** A codec for one connection. `peer` is who is at its other end: the client at ingress, the server at egress. */
  abstract connect(peer: Peer): Codec;
}
