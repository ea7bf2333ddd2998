import { didYouMean, type Place } from "../source/index.js";
import type { Problems } from "./problems.js";

/** A document, as far as its annotations go. */
export interface Annotated {
  readonly kind: string;
  readonly annotations: Readonly<Record<string, string>>;
  at(path: readonly PropertyKey[]): Place;
}

const PREFIX = "meltemi.dev/";

/** Where a service's listener stands, whatever its addresses are: `ip` or `ip:port`. */
export const BIND = `${PREFIX}bind`;
/** `plain` where a protocol's backends take one request at a time on a connection. */
export const MODE = `${PREFIX}mode`;
/** `request`, `flow` or `auto`: how a service's requests go; read in lanes.ts. */
export const LANE = `${PREFIX}lane`;
/** Settings with values of their own forms, read in tuning.ts. */
export const TUNING = {
  /** Clients' connections are drained at this age. */
  maxConnectionDuration: `${PREFIX}max-connection-duration`,
  maxFrameBytes: `${PREFIX}max-frame-bytes`,
  /** Whether the protocol's own deadline ends a request. */
  deadline: `${PREFIX}deadline`,
  /** What becomes of requests that the codec cannot read. */
  unknown: `${PREFIX}unknown`,
  /** The codec's own settings, in JSON. */
  codec: `${PREFIX}codec`,
  /** Limits of the flow lane, in JSON: `connectionStreams`, `workerStreams`, `overflow`, `ageMs`. */
  flow: `${PREFIX}flow`,
  /** For tests of what happens when a connection has had all the requests that HTTP/2 can number. */
  firstStreamId: `${PREFIX}first-stream-id`,
} as const;

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  ServiceEntry: [BIND, LANE, ...Object.values(TUNING)],
  ApplicationProtocol: [MODE, TUNING.maxFrameBytes],
};

/** Meltemi's annotations that a kind does not have are spelling mistakes. */
export function checkAnnotations(resources: readonly Annotated[], problems: Problems): void {
  for (const resource of resources) {
    const known = KNOWN[resource.kind] ?? [];
    for (const name of Object.keys(resource.annotations)) {
      if (!name.startsWith(PREFIX) || known.includes(name)) continue;
      const message = `a ${resource.kind} has no such annotation${didYouMean(name, known)}`;
      problems.warning(resource, ["metadata", "annotations", name], message);
    }
  }
}
