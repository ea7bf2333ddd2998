import { Bytes, Slice } from "../../bytes";
import { Traits } from "../../codec";
import { Fields, Problems } from "../../json";
import { HeaderLimits } from "../headers";

export enum Role {
  Ingress,
  Egress,
}

export enum Mode {
  /** Requests of all callers share a backend connection, told apart by their ids. */
  Multiplexed,
  /** One request at a time on each backend connection. */
  Plain,
}

/** What the control plane says to one use of a codec. Connections hold on to it, and an update changes it in place. */
export class Settings {
  role: Role = Role.Ingress;
  scope: string = "";
  mode: Mode = Mode.Multiplexed;
  /** A frame that declares more is answered with an error and never buffered. */
  maxFrameBytes: u64 = 8388608;
  /** Does the caller's own deadline become the router's? */
  deadline: bool = true;
  headers: HeaderLimits = new HeaderLimits();
  /** Bytes that may wait for one stream, and what may wait for windows on all of a connection's. */
  streamBufferBytes: i32 = 12582912;
  connectionBufferBytes: i32 = 12582912;
  /**
   * Bytes of unfinished answers, at ingress. More than a connection's window (24 MiB): answers that come in turns fill it
   * before the first of them is whole.
   */
  reassemblyBytes: i32 = 33554432;
  /** Where one-way requests go as callouts: a cluster that leads back to the same routes; null where there is none. */
  oneWayCluster: Bytes | null = null;
  /** The first HTTP/2 stream of a client's connection; for tests of the end of the numbers. */
  firstStreamId: u32 = 1;

  /** Reads a plugin's configuration; what is wrong with it goes to `problems`. */
  static parse(bytes: Slice, traits: Traits, problems: Problems): Settings {
    const settings = new Settings();
    const fields = Fields.parse(bytes, problems);
    const role = fields.oneOf("role", "", ["ingress", "egress"]);
    if (!fields.has("role")) problems.add("role", '"ingress" or "egress"', null);
    settings.role = role == "egress" ? Role.Egress : Role.Ingress;
    settings.scope = fields.string("scope", "*");
    const multiplexed = traits.ids && traits.heartbeat;
    const mode = fields.oneOf("mode", multiplexed ? "multiplexed" : "plain", ["multiplexed", "plain"]);
    settings.mode = mode == "plain" ? Mode.Plain : Mode.Multiplexed;
    if (mode == "multiplexed" && !multiplexed) {
      problems.list.push('mode: expected "plain", this protocol has not both request ids and a heartbeat');
    }
    settings.maxFrameBytes = <u64>fields.integer("maxFrameBytes", 8388608, 1024, 1073741824);
    settings.deadline = fields.boolean("deadline", true);
    const oneWayCluster = fields.string("oneWayCluster", "");
    if (oneWayCluster != "") settings.oneWayCluster = Bytes.of(oneWayCluster);
    const limits = fields.object("limits");
    settings.headers.headers = <i32>limits.integer("headers", 1000, 0, 10000);
    settings.headers.headerBytes = <i32>limits.integer("headerBytes", 65536, 0, 1048576);
    settings.streamBufferBytes = <i32>limits.integer("streamBufferBytes", 12582912, 65536, 1073741824);
    settings.connectionBufferBytes = <i32>limits.integer("connectionBufferBytes", 12582912, 65536, 1073741824);
    settings.reassemblyBytes = <i32>limits.integer("reassemblyBytes", 33554432, 65536, 1073741824);
    limits.done();
    settings.firstStreamId = (<u32>fields.integer("firstStreamId", 1, 1, 2147483647)) | 1;
    fields.object("codec");
    fields.done();
    return settings;
  }

  /** Takes over everything from a newer configuration of the same use. */
  update(newer: Settings): void {
    this.mode = newer.mode;
    this.maxFrameBytes = newer.maxFrameBytes;
    this.deadline = newer.deadline;
    this.headers = newer.headers;
    this.streamBufferBytes = newer.streamBufferBytes;
    this.connectionBufferBytes = newer.connectionBufferBytes;
    this.reassemblyBytes = newer.reassemblyBytes;
    this.oneWayCluster = newer.oneWayCluster;
    this.firstStreamId = newer.firstStreamId;
  }
}
