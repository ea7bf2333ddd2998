import { Bytes } from "../../bytes";
import { Fields } from "../../json";
import { FlowAttribute } from "./flow-attribute";
import { ValueClasses } from "./value-classes";

/** How requests of one service go by flows. A change reaches open connections, which compare `epoch`. */
export class FlowSettings {
  /** Without it, every request goes by itself. */
  on: bool = false;
  /** Grows when streams that are open lead, or may lead, where no request should go any more. */
  epoch: i32 = 0;
  /** What the routes of this configuration write on the 200 of a CONNECT. */
  revision: Bytes = Bytes.of("");
  /** The attributes that rules look at. */
  attributes: Array<FlowAttribute> = [];
  /** Widths of the cells that a request is drawn into, added up; empty where nothing is split. */
  draws: Array<u32> = [];
  /** How many streams share the requests of one key and cell. */
  width: i32 = 1;
  /** Streams of one client's connection, and of a worker. */
  connectionStreams: i32 = 128;
  workerStreams: i32 = 4096;
  /** A request beyond that waits for a stream to fall idle; else it has an error at once. */
  waits: bool = false;
  /**
   * Bytes of one client's requests that have no answer. More than these wait, since a server that does not read leaves them in
   * the proxy; one request may be larger.
   */
  unansweredBytes: i32 = 16777216;
  /** A stream grows this old, in milliseconds, give or take a fifth. */
  ageMs: i32 = 30000;
  private identity: string = "";

  read(fields: Fields, on: bool): void {
    const revision = fields.string("revision", "");
    const names = fields.strings("attributes");
    const apart = fields.object("apart");
    const classes = classesOf(names, apart);
    const widths = fields.integers("draw", 0, 1000000000);
    const width = <i32>fields.integer("streams", 1, 1, 64);
    this.connectionStreams = <i32>fields.integer("connectionStreams", 128, 1, 100000);
    this.workerStreams = <i32>fields.integer("workerStreams", 4096, 1, 1000000);
    this.waits = fields.oneOf("overflow", "error", ["error", "wait"]) == "wait";
    this.unansweredBytes = <i32>fields.integer("unansweredBytes", 16777216, 1, 1073741824);
    this.ageMs = <i32>fields.integer("ageMs", 30000, 100, 86400000);
    fields.done();
    // What is told apart is part of the revision, as all is that routes go by.
    const identity = [on ? "on" : "off", revision, width.toString(), names.join("\0"), widths.join(" ")].join("\n");
    if (identity == this.identity) return;
    this.identity = identity;
    this.on = on;
    this.epoch++;
    this.revision = Bytes.of(revision);
    this.width = width;
    this.attributes = [];
    for (let i = 0; i < names.length; i++) this.attributes.push(new FlowAttribute(names[i], classes[i]));
    this.draws = [];
    let total: f64 = 0;
    for (let i = 0; i < widths.length; i++) this.draws.push(<u32>(total += widths[i]));
  }

  /** Cells that a request may be drawn into. */
  @inline get cells(): i32 {
    return max(1, this.draws.length);
  }
}

/** What is told apart in each attribute's values; null where no two are known to be alike. */
function classesOf(names: Array<string>, apart: Fields): Array<ValueClasses | null> {
  const all = new Array<ValueClasses | null>();
  for (let i = 0; i < names.length; i++) {
    const values = apart.object(names[i]);
    all.push(apart.has(names[i]) ? new ValueClasses(values) : null);
  }
  apart.done();
  return all;
}
