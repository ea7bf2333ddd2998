import { type Annotated, didYouMean, TLS_ANNOTATION } from "../source/index.js";
import type { Problems } from "./problems.js";

const PREFIX = "meltemi.dev/";

/** Where a service's listener stands, whatever its addresses are: `ip` or `ip:port`. */
export const BIND = `${PREFIX}bind`;
/** The application behind a proxy of its own, read in inbound.ts: a port, or `ip:port`. */
export const INBOUND = `${PREFIX}inbound`;
/** How clients speak to it, read in tls.ts: source/ knows it too, as it names files. */
export const TLS = TLS_ANNOTATION;
/** `plain` where a protocol's backends take one request at a time on a connection. */
export const MODE = `${PREFIX}mode`;
/** Policies that only count: Istio's own word, and one for policies that are not Istio's. */
export const DRY_RUN = "istio.io/dry-run";
export const SHADOW = `${PREFIX}shadow`;
/** `request`, `flow` or `auto`: how a service's requests go; read in lanes.ts. */
export const LANE = `${PREFIX}lane`;
/** Of a Telemetry: the share of requests that its access logs have, in percent; read in access-logs.ts. */
export const LOG_SAMPLING = `${PREFIX}access-log-sampling`;
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
  /** What flows' endpoints are asked now and then, in JSON; read in health-check.ts. */
  healthCheck: `${PREFIX}health-check`,
  /** For tests of what happens when a connection has had all the requests that HTTP/2 can number. */
  firstStreamId: `${PREFIX}first-stream-id`,
} as const;

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  ServiceEntry: [BIND, INBOUND, LANE, TLS, ...Object.values(TUNING)],
  DubboAuthorizationPolicy: [SHADOW],
  Telemetry: [LOG_SAMPLING],
  ApplicationProtocol: [MODE, TUNING.maxFrameBytes],
};

/** Meltemi's annotations that a kind does not have are spelling mistakes. */
export function checkAnnotations(resources: readonly Annotated[], problems: Problems): void {
  for (const resource of resources) {
    const known = KNOWN[resource.kind] ?? [];
    for (const name of Object.keys(resource.annotations)) {
      if (!name.startsWith(PREFIX) || known.includes(name)) continue;
      const article = /^[AEIOU]/.test(resource.kind) ? "an" : "a";
      const message = `${article} ${resource.kind} has no such annotation${didYouMean(name, known)}`;
      problems.warning(resource, ["metadata", "annotations", name], message);
    }
  }
}

/** What is neither true nor false is told by `checkSwitches`, and taken for false. */
export function isTrue({ annotations }: Pick<Annotated, "annotations">, name: string): boolean {
  return annotations[name] === "true";
}

/** Annotations that are true or false, and nothing else. */
export function checkSwitches(resources: readonly Annotated[], problems: Problems): void {
  for (const resource of resources) {
    for (const name of [DRY_RUN, SHADOW]) {
      const value = resource.annotations[name];
      if (value === undefined || value === "true" || value === "false") continue;
      problems.error(
        resource,
        ["metadata", "annotations", name],
        `expected true or false, found ${JSON.stringify(value)}`,
      );
    }
  }
}
