import { Counter, Histogram } from "../../hostcalls";

/** The metrics of all calls that have their labels in common. */
export class Series {
  private total: Counter;
  private duration: Histogram;
  private requestBytes: Histogram;
  private responseBytes: Histogram;

  /** @param labels `;name=value;…` */
  constructor(labels: string) {
    this.total = Counter.define("istio_requests_total" + labels);
    this.duration = Histogram.define("istio_request_duration_milliseconds" + labels);
    this.requestBytes = Histogram.define("istio_request_bytes" + labels);
    this.responseBytes = Histogram.define("istio_response_bytes" + labels);
  }

  /** A call without an answer. */
  sent(requestBytes: i32): void {
    this.total.increment();
    this.requestBytes.record(requestBytes);
  }

  answered(milliseconds: u64, requestBytes: i32, responseBytes: i32): void {
    this.sent(requestBytes);
    this.duration.record(milliseconds);
    this.responseBytes.record(responseBytes);
  }
}
