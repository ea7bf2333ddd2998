/** A request as a backend recorded it. */
export interface Message {
  /** Every byte as it came. */
  readonly raw: Buffer;
  readonly operation: string;
  readonly attributes: Attributes;
  readonly payload: Buffer;
  readonly oneWay: boolean;
  /** Which of the backend's connections it came on, counted from 1. */
  readonly connection: number;
}

export type Attributes = readonly (readonly [name: string, value: string])[];

/** What a client got for a call. */
export interface Answer {
  /** Undefined where a backend answered well; else the kind of the failure, in words that all protocols share. */
  readonly error?: ErrorKind;
  /** The protocol's own status, where an answer has one. */
  readonly code?: number;
  readonly attributes: Attributes;
  /** The value that came back, or the message of an error. */
  readonly payload: Buffer;
}

export type ErrorKind = "business" | "no-route" | "unavailable" | "timeout" | "too-large" | "other";

export interface Call {
  readonly operation?: string;
  readonly attributes?: Attributes;
  readonly payload?: Buffer | string;
  /** How long the client waits. */
  readonly timeoutMs?: number;
}

/** One client; its calls share a connection. */
export interface Caller {
  call(call?: Call): Promise<Answer>;
  notify(call?: Call): Promise<void>;
  ping(): Promise<void>;
  /** How many connections it needed so far. */
  readonly opened: number;
  close(): Promise<void>;
  destroy(): void;
}

export interface BackendReply {
  readonly attributes?: Attributes;
  readonly payload?: Buffer | string;
  /** Answers with the protocol's business error instead. */
  readonly business?: boolean;
  /** Answers that it cannot serve, in the protocol's own way, instead. */
  readonly unavailable?: boolean;
}

/** A recording server; answers each request with its own payload unless told otherwise. */
export interface Backend {
  readonly name: string;
  readonly port: number;
  readonly messages: Message[];
  /** Open connections. */
  readonly connections: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** How it answers; `undefined` goes back to the default. */
  reply: ((message: Message) => BackendReply) | undefined;
  /** Milliseconds waited before each answer. */
  latency: () => number;
  /** Takes requests without ever answering. */
  silent: boolean;
  /** Cuts all connections and goes on listening. */
  kill(): void;
  close(): Promise<void>;
}

/** A protocol as the suite drives it: real clients and servers of it on either side of the proxy. */
export interface Protocol {
  readonly name: string;
  /** The ApplicationProtocol's codec. */
  readonly codec: string;
  /** How many bits its ids have; 64 where it does not say. Zero: it has none, and every id is 0. */
  readonly idBits?: number;
  /** Answers come in the order of their requests; there is no heartbeat, and one request at a time on a backend's connection. */
  readonly ordered?: boolean;
  /** Requests change the state of their connection, so they do not go by flows. */
  readonly pins?: boolean;
  /** Where the proxy restores the client's id, the bytes of a frame from here on are compared. */
  backend(name: string, port?: number): Promise<Backend>;
  caller(port: number, timeoutMs?: number): Caller;
  /** A request's bytes with this id. */
  request(id: bigint, call: Call): Buffer;
  /** The head of a frame whose declared length is this. */
  declare(id: bigint, bytes: number): Buffer;
  /** Whole answers among these bytes, with their ids. */
  answers(bytes: Buffer): readonly (Answer & { readonly id: bigint })[];
  /** The frame with its id zeroed: the proxy may rename it on the way to the backend, all else is the client's. */
  withoutId(raw: Buffer): Buffer;
  /** A heartbeat, and what its answer begins with, where the protocol has them. */
  readonly heartbeat?: { readonly send: Buffer; readonly receive: Buffer };
  /** A server's word that it takes no more requests, where the protocol has one. */
  readonly drain?: Buffer;
  /** The attribute that says how long a request may take, where the protocol has one. */
  deadline?(milliseconds: number): readonly [name: string, value: string];
  /** Bytes that are no frame, by their names, where what is none in all other protocols may be the beginning of one. */
  readonly garbage?: readonly (readonly [name: string, bytes: Buffer])[];
}

/** An id as the protocol's requests can have it. */
export function idOf({ idBits = 64 }: Protocol, id: bigint | number): bigint {
  return BigInt.asUintN(idBits, BigInt(id));
}
