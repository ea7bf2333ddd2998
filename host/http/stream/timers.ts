import type { LocalReply } from "../chain/index.js";
import type { Route } from "../routes/index.js";
import type { HttpStreamInfo, StreamConfig } from "./types.js";

/** What the timers do to a stream. */
interface TimedStream {
  readonly info: HttpStreamInfo;
  sendLocalReply(reply: LocalReply): void;
  reset(details: string): void;
}

/** Idle timeout and greatest duration of a stream; a route may set its own. */
export class StreamTimers {
  readonly #stream: TimedStream;
  readonly #config: StreamConfig;
  readonly #responseStarted: () => boolean;
  #idleTimeout: number;
  #maxDuration: number;
  #started = false;
  #idle: NodeJS.Timeout | undefined;
  #duration: NodeJS.Timeout | undefined;

  constructor(stream: TimedStream, config: StreamConfig, responseStarted: () => boolean) {
    this.#stream = stream;
    this.#config = config;
    this.#responseStarted = responseStarted;
    this.#idleTimeout = config.idleTimeout;
    this.#maxDuration = config.maxStreamDuration;
  }

  start(): void {
    this.#started = true;
    this.#startIdle();
    this.#startDuration();
  }

  routeFound(route: Route | undefined): void {
    if (route?.action.kind !== "forward") return;
    const { idleTimeout, maxStreamDuration } = route.action;
    if (idleTimeout !== undefined && idleTimeout !== this.#idleTimeout) {
      this.#idleTimeout = idleTimeout;
      this.#startIdle();
    }
    if (maxStreamDuration !== undefined && maxStreamDuration !== this.#maxDuration) {
      this.#maxDuration = maxStreamDuration;
      this.#startDuration();
    }
  }

  /** Something passed: the idle time starts anew. */
  activity(): void {
    this.#idle?.refresh();
  }

  stop(): void {
    this.#started = false;
    clearTimeout(this.#idle);
    clearTimeout(this.#duration);
    this.#idle = undefined;
    this.#duration = undefined;
  }

  #startIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = this.#timer(this.#idleTimeout, () => this.#onIdle());
  }

  #startDuration(): void {
    clearTimeout(this.#duration);
    this.#duration = this.#timer(this.#maxDuration, () => this.#onDuration());
  }

  #timer(milliseconds: number, call: () => void): NodeJS.Timeout | undefined {
    return this.#started && milliseconds > 0 ? setTimeout(call, milliseconds) : undefined;
  }

  #onIdle(): void {
    this.#config.stats.rqIdleTimeout.inc();
    this.#stream.info.responseFlags.add("SI");
    this.#expire("stream_idle_timeout", "stream timeout");
  }

  #onDuration(): void {
    this.#config.stats.rqMaxDuration.inc();
    this.#expire("max_duration_timeout", "downstream duration timeout");
  }

  #expire(details: string, body: string): void {
    if (this.#responseStarted()) {
      this.#stream.reset(details);
      return;
    }
    // As Envoy: the client is late while its request is not complete, the upstream afterwards.
    this.#stream.sendLocalReply({ status: this.#stream.info.requestComplete ? 504 : 408, details, body });
  }
}
