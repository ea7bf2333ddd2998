import { Metadata } from "../../codec";
import { currentTimeNanoseconds } from "../../hostcalls";
import { Operations } from "./operations";
import { Series } from "./series";

/** What became of a call. */
export enum CallOutcome {
  Success,
  /** The application's own error: an answer like any other. */
  BusinessError,
  /** A backend's failure. */
  Failure,
  /** The proxy answered in a backend's place. */
  Proxy,
  /** There is no answer. */
  OneWay,
}

const OUTCOMES = ["success", "business_error", "failure", "proxy", "one_way"];
const MOST_SERIES: i32 = 1000;
const NANOSECONDS: u64 = 1000000;

// Past the bound, calls are told apart by their outcome alone.
const OTHER: i32 = 1;
const OTHER_CODE: i32 = -1;

/** Counts the calls of one service. */
export class Calls {
  private operations: Operations = new Operations();
  private series: Map<u64, Series> = new Map();
  private labels: string;

  /** @param scope `host:port` of the service */
  constructor(scope: string, protocol: string) {
    const colon = scope.lastIndexOf(":");
    const service = colon < 0 ? scope : scope.substring(0, colon);
    this.labels = ";reporter=source;destination_service=" + service + ";request_protocol=" + protocol;
  }

  /** The operation that a request asks for, by number. */
  operationOf(meta: Metadata | null): i32 {
    return this.operations.numberOf(meta);
  }

  /** A request is answered. `startedAt`: nanoseconds; `code`: the protocol's own, or HTTP's where the proxy answered. */
  answered(
    operation: i32,
    code: i32,
    outcome: CallOutcome,
    startedAt: u64,
    requestBytes: i32,
    responseBytes: i32,
  ): void {
    const now = currentTimeNanoseconds();
    const milliseconds = now > startedAt ? (now - startedAt) / NANOSECONDS : 0;
    this.seriesOf(operation, code, outcome).answered(milliseconds, requestBytes, responseBytes);
  }

  /** A request is on its way that has no answer. */
  sent(operation: i32, requestBytes: i32): void {
    this.seriesOf(operation, 0, CallOutcome.OneWay).sent(requestBytes);
  }

  private seriesOf(operation: i32, code: i32, outcome: CallOutcome): Series {
    const key = ((<u64>operation) << 40) | ((<u64>outcome) << 32) | (<u64>(<u32>code));
    if (this.series.has(key)) return this.series.get(key);
    if (this.series.size >= MOST_SERIES && operation != OTHER) return this.seriesOf(OTHER, OTHER_CODE, outcome);
    const series = new Series(
      this.labels +
        ";request_operation=" +
        this.operations.nameAt(operation) +
        ";response_code=" +
        (code == OTHER_CODE ? "other" : code.toString()) +
        ";response_outcome=" +
        OUTCOMES[outcome],
    );
    this.series.set(key, series);
    return series;
  }
}
