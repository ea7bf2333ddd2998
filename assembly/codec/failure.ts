import { Slice } from "../bytes";

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
  /** What is known of the reason, in readable UTF-8; may be empty. */
  message: Slice = Slice.empty();
}
