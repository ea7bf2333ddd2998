export type Attributes = readonly (readonly [name: string, value: string])[];

/** A call as its caller saw it. */
export interface Call {
  /** The service's host in the rules. */
  readonly host: string;
  /** What rules can match on, by the names that the codec gives. */
  readonly attributes: Attributes;
  readonly milliseconds: number;
  /** Was there an answer, and a good one? */
  readonly ok: boolean;
  readonly responseAttributes: Attributes;
  /** The backend that answered; nothing where the proxy did. */
  readonly servedBy?: string;
}

/** A request as a backend saw it. */
export interface Arrival {
  readonly backend: string;
  readonly attributes: Attributes;
}

/** A call with all the places where its request arrived: more than one where it was mirrored. */
export interface Entry {
  readonly call: Call;
  readonly arrivals: readonly Arrival[];
}
