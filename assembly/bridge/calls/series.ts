import { Counter, Histogram } from "../../hostcalls";

/** The metrics of all calls that have their labels in common. */
export class Series {
  /** Counted here, and not yet with the proxy. */
  pending: i32 = 0;
  private total: Counter;
  private requestBytes: Histogram;
  private duration: Histogram | null = null;
  private responseBytes: Histogram | null = null;

  /** @param labels `;name=value;…` */
  constructor(private labels: string) {
    this.total = Counter.define("istio_requests_total" + labels);
    this.requestBytes = Histogram.define("istio_request_bytes" + labels);
  }

  /** A request came. */
  asked(bytes: i32): void {
    this.pending++;
    this.requestBytes.record(bytes);
  }

  /** It has its answer. */
  answered(milliseconds: i64, bytes: i32): void {
    let duration = this.duration;
    let responseBytes = this.responseBytes;
    if (duration == null || responseBytes == null) {
      duration = Histogram.define("istio_request_duration_milliseconds" + this.labels);
      responseBytes = Histogram.define("istio_response_bytes" + this.labels);
      this.duration = duration;
      this.responseBytes = responseBytes;
    }
    duration.record(<u64>max(<i64>0, milliseconds));
    responseBytes.record(bytes);
  }

  /** Tells the proxy how many there were. */
  flush(): void {
    this.total.increment(this.pending);
    this.pending = 0;
  }
}
