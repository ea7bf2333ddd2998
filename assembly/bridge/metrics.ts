import { Counter, Gauge } from "../hostcalls";
import { Calls } from "./calls";
import { TunnelMetrics } from "./tunnel";

/** What one codec counts in one role. Names are the proxy's, so every VM counts into the same. */
export class Metrics {
  readonly requests: Counter;
  readonly responses: Counter;
  /** Answers that the proxy gave in a backend's place. */
  readonly localReplies: Counter;
  /** Connections closed for bytes that are no frame. */
  readonly badFrames: Counter;
  readonly tooLarge: Counter;
  /** Backends' connections closed because an answer came that nobody was owed, or because the backend refused them. */
  readonly outOfStep: Counter;
  readonly refusedByServer: Counter;
  readonly oneWay: Counter;
  /** Frames passed on unread, and requests refused for not being readable (the setting `unknown`). */
  readonly opaque: Counter;
  readonly refused: Counter;
  readonly mutations: Counter;
  /** Frames whose attributes a filter changed and the codec could not. */
  readonly mutationsRefused: Counter;
  readonly attributesDropped: Counter;
  readonly pings: Counter;
  readonly connectionsActive: Gauge;
  /** Linear memory of all VMs of this role together; a VM that trapped stays in the sum. */
  readonly memoryBytes: Gauge;
  readonly streamsReset: Counter;
  readonly bufferOverflows: Counter;
  readonly drains: Counter;
  /** Streams of routing keys, on the flow lane; retired ones take no new requests. */
  readonly flowsOpened: Counter;
  readonly flowsRetired: Counter;
  readonly flowsActive: Gauge;
  /** Requests that a slow server's window did not take in one piece. */
  readonly flowStops: Counter;
  /** `sessions_…`: clients that were bound to one server for a while. */
  readonly sessions: TunnelMetrics;

  /** How calls of the service ended, and how long they took. At ingress. */
  readonly calls: Calls;

  constructor(codec: string, role: string, scope: string, reporter: string) {
    const prefix = "meltemi." + codec + "." + role + ".";
    this.requests = Counter.define(prefix + "requests");
    this.responses = Counter.define(prefix + "responses");
    this.localReplies = Counter.define(prefix + "local_replies");
    this.badFrames = Counter.define(prefix + "bad_frames");
    this.tooLarge = Counter.define(prefix + "too_large");
    this.outOfStep = Counter.define(prefix + "out_of_step");
    this.refusedByServer = Counter.define(prefix + "refused_by_server");
    this.oneWay = Counter.define(prefix + "one_way");
    this.opaque = Counter.define(prefix + "opaque");
    this.refused = Counter.define(prefix + "refused");
    this.mutations = Counter.define(prefix + "mutations");
    this.mutationsRefused = Counter.define(prefix + "mutations_refused");
    this.attributesDropped = Counter.define(prefix + "attributes_dropped");
    this.pings = Counter.define(prefix + "pings");
    this.connectionsActive = Gauge.define(prefix + "connections_active");
    this.memoryBytes = Gauge.define(prefix + "memory_bytes");
    this.streamsReset = Counter.define(prefix + "streams_reset");
    this.bufferOverflows = Counter.define(prefix + "buffer_overflows");
    this.drains = Counter.define(prefix + "drains");
    this.flowsOpened = Counter.define(prefix + "flows_opened");
    this.flowsRetired = Counter.define(prefix + "flows_retired");
    this.flowsActive = Gauge.define(prefix + "flows_active");
    this.flowStops = Counter.define(prefix + "flow_stops");
    this.calls = Calls.of(scope, codec, reporter);
    this.sessions = new TunnelMetrics(prefix, "sessions_");
  }
}
