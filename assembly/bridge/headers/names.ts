import { Slice } from "../../bytes";

// Headers between the two codecs. None of these ever comes from an attribute.

/** The digest over a message's attribute headers, as the codec that wrote it made it; a response without any has none. */
export const DIGEST = Slice.fixed("x-meltemi-digest");
/** `oneway` or `opaque`. */
export const KIND = Slice.fixed("x-meltemi-kind");
/** On a request: the state of the backend's connection in which it is to be handled; where it is not zero. */
export const STATE = Slice.fixed("x-meltemi-state");
/** On the CONNECT of a flow: the cell that its requests were drawn into, where routes split. */
export const DRAW = Slice.fixed("x-meltemi-draw");
/** On the 200 of a flow: the revision of the routes that it went by. */
export const REVISION = Slice.fixed("x-meltemi-revision");
/** On the answer to a session's opening: where it went. On the opening of one that follows it: where to go. */
export const CLUSTER = Slice.fixed("x-meltemi-cluster");
/** As `CLUSTER`, and on the 200 of a flow; while somebody watches, on all answers. */
export const BACKEND = Slice.fixed("x-meltemi-backend");
/** On answers, and on the 200 of a flow: the version of the backend, where rules give it one. */
export const VERSION = Slice.fixed("x-meltemi-version");
/** Spellings of attributes that a filter added, one in each header or parted by commas. */
export const NAMES = Slice.fixed("x-meltemi-names");
/** `business-error`: the call worked, the application said no. */
export const OUTCOME = Slice.fixed("x-meltemi-outcome");
/** The protocol's own status. */
export const CODE = Slice.fixed("x-meltemi-code");
/** On an answer that a rule asked for (an injected fault): the body goes to the caller as it is. */
export const FAULT = Slice.fixed("x-meltemi-fault");
/** With `FAULT`: the application's error by its name. `CODE` may stand there too. */
export const EXCEPTION = Slice.fixed("x-meltemi-exception");
/** On a request that is a part of one that was split: a number at random, the same on all parts. */
export const PART = Slice.fixed("x-meltemi-part");
/** On a failure: the request certainly never reached a backend. */
export const NEVER_SENT = Slice.fixed("x-meltemi-never-sent");
/** `pass`, on a request: what the proxy's tracer wrote is not for the backend. */
export const TRACE = Slice.fixed("x-meltemi-trace");
/** Envoy's own header: its tracer need not draw, the request is traced. */
export const FORCE_TRACE = Slice.fixed("x-envoy-force-trace");
/** Without it a callout is of no address, and what steers the proxy is not heeded of such; no attribute ever has its name. */
export const FORWARDED_FOR = Slice.fixed("x-forwarded-for");
export const THE_PROXY = Slice.fixed("127.0.0.1");
/** Envoy's own header: how long the router waits for the answer, in milliseconds. */
export const TIMEOUT = Slice.fixed("x-envoy-upstream-rq-timeout-ms");

export const ONE_WAY = Slice.fixed("oneway");
export const OPAQUE = Slice.fixed("opaque");
export const BUSINESS_ERROR = Slice.fixed("business-error");
export const PASS = Slice.fixed("pass");
export const ONE = Slice.fixed("1");
export const STATUS = Slice.fixed(":status");
