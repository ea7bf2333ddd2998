import { Slice } from "../../bytes";
import { Metadata, SessionProtocol } from "../../codec";
import { now } from "../clock";
import { About, keptAt, Tap } from "../tap";
import { Call } from "./call";
import { Exchange } from "./exchange";
import { Operations } from "./operations";
import { Series } from "./series";
import { sourceLabels } from "./source";
import { CallStatus, nameOf } from "./status";
import { Versions } from "./versions";

const MOST_SERIES: i32 = 1000;

// Past the bound, calls are told apart by how they ended alone.
const OTHER: i32 = 1;
const OTHER_CODE: i32 = -1;

// An update of the configuration is no reason to begin with names anew.
const known = new Map<string, Calls>();

/** Counts the calls of one service, whichever lane they take, and tells who watches of each. */
export class Calls {
  /** Of the service's configuration. */
  tap: Tap = new Tap();
  /** Says a code as people write it, where that is no number. */
  names: SessionProtocol | null = null;
  private operations: Operations = new Operations();
  private versions: Versions = new Versions();
  private series: Map<u64, Series> = new Map();
  private dirty: Array<Series> = [];
  private labels: string;

  /** @param scope `host:port` of the service */
  static of(scope: string, protocol: string, reporter: string): Calls {
    const key = reporter + " " + scope;
    if (!known.has(key)) known.set(key, new Calls(scope, protocol, reporter));
    return known.get(key);
  }

  private constructor(scope: string, protocol: string, reporter: string) {
    const colon = scope.lastIndexOf(":");
    const service = colon < 0 ? scope : scope.substring(0, colon);
    this.labels =
      ";reporter=" +
      reporter +
      sourceLabels(reporter) +
      ";destination_service=" +
      service +
      ";request_protocol=" +
      protocol;
  }

  /** A call begins. `meta`: what its request says; null where it cannot be read. `bytes`: its frame. */
  begin(call: Call, meta: Metadata | null, bytes: Slice): void {
    call.operation = this.operations.numberOf(meta);
    call.startedAt = now();
    if (this.tap.on) call.asked = this.tap.ask(meta, bytes);
  }

  /** The number of an operation, for `Exchange.operation`. */
  operationOf(meta: Metadata): i32 {
    return this.operations.numberOf(meta);
  }

  /** The number of a backend's version, for `Call.version`; `version`: null where nobody says it. */
  versionOf(version: Slice | null): i32 {
    return this.versions.numberOf(version);
  }

  /** It has its answer, from whomever. `code`: the protocol's own, or HTTP's where the proxy answered. */
  end(call: Call, status: CallStatus, code: i32, answer: Slice): void {
    if (call.operation < 0) return;
    this.asked(call.operation, call.version, status, code, call.requestBytes).answered(
      now() - call.startedAt,
      answer.length,
    );
    call.operation = -1;
    if (call.asked != 0) this.tell(call, status, code, answer);
  }

  /** A request within a session has its answer, likewise. */
  exchanged(exchange: Exchange, version: i32, status: CallStatus, code: i32, answerBytes: i32): void {
    this.asked(exchange.operation, version, status, code, exchange.requestBytes).answered(
      now() - exchange.startedAt,
      answerBytes,
    );
  }

  private tell(call: Call, status: CallStatus, code: i32, answer: Slice): void {
    const said = keptAt(call.asked);
    const where = keptAt(call.where);
    this.tap.tell(About.Call, status, code, call.startedAt, call.requestBytes, answer.length, said, where, answer);
    call.forgetAsked();
  }

  /** A call of which nothing is kept: it is answered at once, or has no answer. */
  count(meta: Metadata | null, status: CallStatus, bytes: Slice): void {
    this.asked(this.operations.numberOf(meta), 0, status, 0, bytes.length);
    if (this.tap.on) this.tap.tellAtOnce(status, meta, bytes);
  }

  /** Tells the proxy what was counted in the callback at hand. */
  flush(): void {
    for (let i = 0; i < this.dirty.length; i++) unchecked(this.dirty[i]).flush();
    this.dirty.length = 0;
  }

  private asked(operation: i32, version: i32, status: CallStatus, code: i32, bytes: i32): Series {
    // The proxy's own answer is of no backend.
    const series = this.seriesOf(operation, status == CallStatus.Proxy ? 0 : version, status, code);
    if (series.pending == 0) this.dirty.push(series);
    series.asked(bytes);
    return series;
  }

  private seriesOf(operation: i32, version: i32, status: CallStatus, code: i32): Series {
    const key = ((<u64>version) << 48) | ((<u64>operation) << 40) | ((<u64>status) << 32) | (<u64>(<u32>code));
    if (this.series.has(key)) return this.series.get(key);
    if (this.series.size >= MOST_SERIES && code != OTHER_CODE) return this.seriesOf(OTHER, 0, status, OTHER_CODE);
    const series = new Series(
      this.labels +
        ";destination_version=" +
        this.versions.nameAt(version) +
        ";request_operation=" +
        this.operations.nameAt(operation) +
        ";response_code=" +
        this.nameOfCode(status, code) +
        ";response_outcome=" +
        nameOf(status),
    );
    this.series.set(key, series);
    return series;
  }

  /** The protocol's own, or HTTP's where the proxy answered. */
  private nameOfCode(status: CallStatus, code: i32): string {
    if (code == OTHER_CODE) return "other";
    const names = this.names;
    return names == null || status == CallStatus.Proxy ? code.toString() : names.nameOf(code);
  }
}
