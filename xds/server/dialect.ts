import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import type { Status } from "../gen/google/rpc/status_pb.js";
import type { Flavour } from "./events.js";
import type { Change, TypeSubscription } from "./subscription.js";

/** What a request asks for, beyond what it answers. */
export interface Demand {
  /** A response is due even if there is nothing new to put into it. */
  readonly always: boolean;
  /** Names asked for now: a response is due if one exists, or where absence is reported in any case. */
  readonly asked: readonly string[];
}

/** What both request messages have in common. */
export interface AnyRequest {
  readonly typeUrl: string;
  readonly responseNonce: string;
  readonly errorDetail?: Status | undefined;
  readonly node?: Node | undefined;
}

/** All that goes into one response. */
export interface Content {
  readonly subscription: TypeSubscription;
  readonly change: Change;
  /** Whether `change.gone` is taken from the client now. */
  readonly removals: boolean;
  /** Names to report as absent although the client never held them. */
  readonly absent: readonly string[];
  readonly counter: number;
  readonly label: string;
  readonly nonce: string;
}

/** A response, and what it is made of, for the log. */
export interface Composed<Response> {
  readonly message: Response;
  readonly version: string;
  readonly resources: readonly string[];
}

/** One of the two forms of the protocol: how requests are read and responses are written. */
export interface Dialect<Request extends AnyRequest, Response> {
  readonly flavour: Flavour;
  /** Whether a client is told that a resource it asked for does not exist. */
  readonly reportsAbsence: boolean;
  /** Whether a request with a nonce that is not the latest is out of date and asks for nothing. */
  readonly staleIsSilent: boolean;
  /** Lets a request change a subscription. `answers`: it answered a response that was outstanding. */
  read(request: Request, subscription: TypeSubscription, answers: boolean): Demand;
  /** Whether this change would put anything into a response. */
  speaks(typeUrl: string, change: Change, removals: boolean): boolean;
  write(content: Content): Composed<Response>;
}
