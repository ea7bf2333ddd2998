import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";

/** The two forms of the protocol. */
export type Flavour = "sotw" | "delta";

/** A client of the server, from the opening of its stream to its end. */
export interface Peer {
  /** Counts up with each stream of this server. */
  readonly stream: number;
  readonly flavour: Flavour;
  readonly address: string;
  /** What the client said of itself in its first request. */
  readonly node: Node | undefined;
  /** The types of resources that it has asked for. */
  readonly types: readonly string[];
}

/** A client's answer to one response. */
export interface Answer {
  readonly peer: Peer;
  readonly typeUrl: string;
  readonly version: string;
  readonly nonce: string;
  /** The names that the response carried, not necessarily the ones at fault. */
  readonly resources: readonly string[];
}

/** A refusal. The client goes on with what it had. */
export interface Refusal extends Answer {
  readonly code: number;
  readonly message: string;
}

/** What a server reports; every function is optional. */
export interface AdsServerEvents {
  /** A client's stream has opened, and said who it is. */
  onConnect?(peer: Peer): void;
  /** Somebody was not let in by TLS. */
  onRefused?(address: string, reason: string): void;
  /** It has ended. */
  onDisconnect?(peer: Peer, reason: string): void;
  /** A client has taken a response. */
  onAck?(answer: Answer): void;
  /** A client has refused one. */
  onNack?(refusal: Refusal): void;
}
