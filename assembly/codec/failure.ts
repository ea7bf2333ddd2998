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
  /** The protocol's own status, where a rule asks for one; else -1. */
  code: i32 = -1;
  /** The application's own error by its name, such as an exception's class, where a rule asks for one; else empty. */
  exception: Slice = Slice.empty();
  /** A rule asks for this answer: its message goes out as it is. */
  ruled: bool = false;

  /** Makes it a failure that no rule asks for. */
  set(cause: Cause, status: i32, message: Slice): void {
    this.cause = cause;
    this.status = status;
    this.message = message;
    this.code = -1;
    this.exception = Slice.empty();
    this.ruled = false;
  }

  /**
   * The code that a rule asks for, else this cause's entry in a table with one for each, in the order of `Cause`; where
   * the table ends earlier, its last.
   * @param most the protocol's largest code: a rule that asks for more is not followed
   */
  codeIn(table: StaticArray<i32>, most: i32 = i32.MAX_VALUE): i32 {
    return this.hasCode(most) ? this.code : unchecked(table[min<i32>(this.cause, table.length - 1)]);
  }

  /** Does a rule ask for a code that the protocol has? */
  hasCode(most: i32): bool {
    return this.code >= 0 && this.code <= most;
  }

  /**
   * For users to read: who says no, the cause, and what more is known, 1 KiB of it at most; or just what a rule says.
   * Good until the next call.
   */
  explain(): Slice {
    if (this.ruled) return this.message;
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
