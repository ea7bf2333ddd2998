import { Bytes, Slice } from "../../bytes";
import { Peer, Protocol } from "../../codec";
import { Fields, Problems } from "../../json";
import { FlowSettings } from "./flow-settings";
import { HeaderLimits, Trace } from "../headers";
import { Tap } from "../tap";

export enum Role {
  Ingress,
  Egress,
}

export enum Mode {
  /** Requests of all callers share a backend connection, told apart by their ids or by their order. */
  Multiplexed,
  /** One request at a time on each backend connection. */
  Plain,
}

/** What the control plane says to one use of a codec. Connections hold on to it, and an update changes it in place. */
export class Settings {
  role: Role = Role.Ingress;
  scope: string = "";
  mode: Mode = Mode.Multiplexed;
  /** Under which of Istio's reporters calls are counted: `source`, or beside the application `destination`. */
  reporter: string = "source";
  /** A frame that declares more is answered with an error and never buffered. */
  maxFrameBytes: u64 = 8388608;
  /** Does the caller's own deadline become the router's? */
  deadline: bool = true;
  /** What the proxy's tracer does with requests. */
  trace: Trace = Trace.None;
  /** Are requests that the codec cannot read answered with an error? Else they pass unread, without attributes. */
  refuseUnknown: bool = false;
  headers: HeaderLimits = new HeaderLimits();
  /** Bytes that may wait for one stream, and what may wait for windows on all of a connection's. */
  streamBufferBytes: i32 = 12582912;
  connectionBufferBytes: i32 = 12582912;
  /**
   * At ingress, where answers go in the order of requests: so many requests of one client may have no answer yet. Where
   * servers take one request at a time, each of them costs a connection.
   */
  unanswered: i32 = 1024;
  /** At ingress: so many bytes of one client's requests may have no answer yet; one request alone may be larger. */
  unansweredBytes: i64 = 16777216;
  /**
   * Bytes of answers that are not whole or wait for earlier ones, at ingress. More than a connection's window (24 MiB): answers that come in turns fill it
   * before the first of them is whole.
   */
  reassemblyBytes: i32 = 33554432;
  /** Where one-way requests go as callouts: a cluster that leads back to the same routes; null where there is none. */
  oneWayCluster: Bytes | null = null;
  /** Backends hold different keys: a request for several of them is passed on in parts, so many at most. */
  sharded: bool = false;
  maxParts: i32 = 1024;
  /** How requests go by flows, where they do. */
  readonly flow: FlowSettings = new FlowSettings();
  readonly tap: Tap = new Tap();
  /** The first HTTP/2 stream of a client's connection; for tests of the end of the numbers. */
  firstStreamId: u32 = 1;

  constructor(readonly protocol: Protocol) {}

  /** Which use of the codec a configuration is for: the role and the scope. */
  get use(): string {
    return (this.role == Role.Ingress ? "ingress " : "egress ") + this.scope;
  }

  /** Who is at the other end of a connection in this role. */
  get peer(): Peer {
    return this.role == Role.Ingress ? Peer.Client : Peer.Server;
  }

  /** Reads a plugin's configuration; what is wrong with it goes to `problems`. */
  read(bytes: Slice, problems: Problems): void {
    const fields = Fields.parse(bytes, problems);
    const role = fields.oneOf("role", "", ["ingress", "egress"]);
    if (!fields.has("role")) problems.add("role", '"ingress" or "egress"', null);
    this.role = role == "egress" ? Role.Egress : Role.Ingress;
    this.scope = fields.string("scope", "*");
    const traits = this.protocol.connect(this.peer).traits();
    const multiplexed = traits.heartbeat && (traits.ids || traits.pipelined);
    const mode = fields.oneOf("mode", multiplexed ? "multiplexed" : "plain", ["multiplexed", "plain"]);
    this.mode = mode == "plain" ? Mode.Plain : Mode.Multiplexed;
    if (mode == "multiplexed" && !multiplexed) {
      problems.list.push(
        'mode: expected "plain", this protocol has not both a heartbeat and request ids or answers in order',
      );
    }
    this.reporter = fields.oneOf("reporter", "source", ["source", "destination"]);
    this.maxFrameBytes = <u64>fields.integer("maxFrameBytes", 8388608, 1024, 1073741824);
    this.deadline = fields.boolean("deadline", true);
    this.refuseUnknown = fields.oneOf("unknown", "pass", ["pass", "refuse"]) == "refuse";
    const trace = fields.oneOf("trace", "none", ["none", "pass", "on"]);
    this.trace = trace == "on" ? Trace.On : trace == "pass" ? Trace.Pass : Trace.None;
    const oneWayCluster = fields.string("oneWayCluster", "");
    this.oneWayCluster = oneWayCluster == "" ? null : Bytes.of(oneWayCluster);
    this.sharded = fields.boolean("sharded", false);
    const limits = fields.object("limits");
    this.maxParts = <i32>limits.integer("parts", 1024, 1, 65536);
    this.headers.headers = <i32>limits.integer("headers", 1000, 0, 10000);
    this.headers.headerBytes = <i32>limits.integer("headerBytes", 65536, 0, 1048576);
    this.unanswered = <i32>limits.integer("unanswered", traits.pipelined ? 1024 : 12, 1, 1048576);
    this.unansweredBytes = <i64>limits.integer("unansweredBytes", 16777216, 65536, 1099511627776);
    this.streamBufferBytes = <i32>limits.integer("streamBufferBytes", 12582912, 65536, 1073741824);
    this.connectionBufferBytes = <i32>limits.integer("connectionBufferBytes", 12582912, 65536, 1073741824);
    this.reassemblyBytes = <i32>limits.integer("reassemblyBytes", 33554432, 65536, 1073741824);
    limits.done();
    this.firstStreamId = (<u32>fields.integer("firstStreamId", 1, 1, 2147483647)) | 1;
    this.tap.read(fields.object("tap"), this.scope, fields.has("tap"));
    // Tells one configuration from an equal one that came before: the proxy would not give it to us again.
    fields.integer("serial", 0, 0, 9007199254740991);
    const byFlow = fields.has("flow");
    if (byFlow && traits.pins) problems.list.push("flow: this protocol's requests change a connection's state");
    this.flow.read(fields.object("flow"), byFlow);
    const own = fields.object("codec");
    this.protocol.configure(own);
    own.done();
    fields.done();
  }
}
