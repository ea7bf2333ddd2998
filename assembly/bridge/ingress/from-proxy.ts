import { LogLevel } from "../../abi";
import { Slice, Writer } from "../../bytes";
import { log } from "../../hostcalls";
import { Flows } from "../flow";
import { HeaderList } from "../hpack";
import { Http2Events, MAX_WINDOW, writePing } from "../http2";
import { Watching } from "../later";
import { Metrics } from "../metrics";
import { AnswerWindow } from "./answer-window";
import { FlowSide } from "./flow-side";
import { Goodbye } from "./goodbye";
import { Pin } from "./pin";
import { Requests } from "./requests";
import { Responses } from "./responses";
import { IngressStreams } from "./streams";

/** What the proxy's HTTP/2 says, told to whose stream it is: a flow, the session that the connection is bound to, a request. */
export class FromProxy implements Http2Events {
  /** Where requests pin: the connection is bound to one server. */
  pin: Pin | null = null;
  /** A session is to be told to end. */
  leaveWanted: bool = false;
  /** A PING of ours has no answer yet. */
  pinged: bool = false;
  /** What HCM had no window for may go on. */
  resume: bool = false;
  /** What a session's server sends cannot be read. */
  broken: bool = false;
  connection: Watching | null = null;

  /**
   * @param out what is for the client
   * @param control frames for the proxy's side that wait for its callback
   */
  constructor(
    private requests: Requests,
    private responses: Responses,
    private streams: IngressStreams,
    private answerWindow: AnswerWindow,
    private goodbye: Goodbye,
    private flowSide: FlowSide,
    private metrics: Metrics,
    private out: Writer,
    private control: Writer,
  ) {}

  private get flows(): Flows | null {
    return this.requests.flows;
  }

  onHeaders(id: u32, headers: HeaderList, endStream: bool): void {
    const flows = this.flows;
    if (flows != null && flows.onHeaders(id, headers, endStream, this.out)) return;
    const pin = this.pin;
    if (pin != null && pin.stream == id) {
      pin.onHeaders(headers, endStream, this.out);
      return;
    }
    this.responses.onHeaders(id, headers, endStream, this.out);
  }

  onData(id: u32, bytes: Slice, endStream: bool): void {
    this.answerWindow.consume(bytes.length);
    const flows = this.flows;
    if (flows != null && flows.onData(id, bytes, endStream, this.out)) return;
    const pin = this.pin;
    if (pin != null && pin.stream == id) {
      if (pin.onData(bytes, endStream, this.out)) return;
      this.metrics.badFrames.increment();
      log(LogLevel.Warn, "what the server of a session sends cannot be read; closing the connection");
      this.broken = true;
      return;
    }
    this.responses.onData(id, bytes, endStream, this.out);
  }

  onReset(id: u32, code: u32): void {
    const flows = this.flows;
    if (flows != null && flows.onReset(id, this.out)) return;
    const pin = this.pin;
    if (pin != null && pin.stream == id) {
      pin.onReset(this.out);
      return;
    }
    this.responses.onReset(id, this.out);
  }

  onGoAway(lastStream: u32): void {
    this.streams.endAt(lastStream);
    if (this.pin == null) this.goodbye.say(this.out, this.connection!);
    else this.leaveWanted = true;
  }

  onPong(): void {
    this.pinged = false;
  }

  onPing(data: u64): void {
    writePing(this.control, true, data);
  }

  onSettings(headerTableSize: u32): void {
    this.requests.encoder.allow(headerTableSize);
  }

  onInitialWindow(size: u32): void {
    this.flowSide.window = <i32>min(size, <u32>MAX_WINDOW);
    const flows = this.flows;
    if (flows != null) flows.onInitialWindow(this.flowSide.window);
    const pin = this.pin;
    if (pin != null && pin.tunnel.initialWindow(size)) this.resume = true;
  }

  onWindowUpdate(stream: u32, increment: u32): void {
    const flows = this.flows;
    if (flows != null && flows.earn(stream, increment)) return;
    const pin = this.pin;
    if (pin != null && pin.stream == stream && pin.tunnel.earn(increment)) this.resume = true;
  }
}
