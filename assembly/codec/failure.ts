import { Slice, Writer } from "../bytes";
import { wordsOf } from "./words";

/** Why the proxy answers in the place of a backend. */
export enum Cause {
  /** No rule matches. */
  NoRoute,
  /** No backend: none healthy, refused, gone in mid-request, or draining. */
  Unavailable,
  Timeout,
  /** Refused by authentication or access control. */
  Denied,
  /** A rate limit, or a full pool. */
  Limited,
  TooLarge,
  /** A version, encoding or extension that the codec does not know, where the configuration refuses such. */
  Unreadable,
  /** Any other answer of the proxy's own, an injected fault among them. */
  Fault,
}

/** A local reply, for `Codec.fail` to put in the protocol's own words. */
export class Failure {
  cause: Cause = Cause.Fault;
  /** The HTTP status that Envoy answered with; zero where the codec itself refused. */
  status: i32 = 0;
  /** What is known of the reason, in readable UTF-8: Envoy's words, or where it has none those for the cause. */
  message: Slice = Slice.empty();

  /** This cause's entry in a table with one for each, in the order of `Cause`; where the table ends earlier, its last. */
  codeIn(table: StaticArray<i32>): i32 {
    return unchecked(table[min<i32>(this.cause, table.length - 1)]);
  }

  /** For users to read: who says no, the cause, and what more is known, 1 KiB of it at most. Good until the next call. */
  explain(): Slice {
    const words = wordsOf(this.cause);
    explanation.reset();
    explanation.bytes(SPEAKER);
    explanation.bytes(words);
    if (this.message.length > 0 && !this.message.equals(words)) {
      explanation.bytes(AND_MORE);
      explanation.bytes(this.message.start(MAX_MORE));
    }
    return explanation.view();
  }
}

const SPEAKER = Slice.fixed("meltemi: ");
const AND_MORE = Slice.fixed(": ");
const MAX_MORE: i32 = 1024;
const explanation = new Writer();
