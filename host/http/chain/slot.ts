import { ByteQueue } from "../../bytes/index.js";
import { DataStatus, HeadersStatus, TrailersStatus } from "../../vm/index.js";
import type { HeaderMap } from "../headers/index.js";
import type { PipelineOwner, Sink, Stage } from "./types.js";

/**
 * One filter's place in one direction. It gives the parts of a message to the filter and, when the filter lets them go,
 * to what follows. Two ways of stopping differ in what the filter sees meanwhile (Envoy's FilterHeadersStatus):
 *  - StopIteration: headers stay here, body and trailers still come to the filter, and its Continue on one of them sends
 *    the headers on first;
 *  - StopAllIteration…: body and trailers are kept back too, and come to the filter after `resume`.
 */
export class Slot implements Sink {
  readonly #stage: Stage;
  readonly #next: Sink;
  readonly #owner: PipelineOwner;
  readonly #isOver: () => boolean;
  readonly #held = new ByteQueue();
  #headers: HeaderMap | undefined;
  #headersEnd = false;
  #headersPassed = false;
  #trailers: HeaderMap | undefined;
  #trailersHeld = false;
  /** The filter stopped the iteration and `resume` has not come. */
  #stopped = false;
  /** Nothing is given to the filter until then. */
  #stopAll = false;
  #buffering = false;
  #heldEnd = false;
  /** The filter ended the stream early: the rest is dropped. */
  #cut = false;
  /** What a full buffer means: an error, or stop the source. */
  #watermark = false;
  #paused = false;
  #inCall = false;
  #resumeAsked = false;
  #addedTrailers: HeaderMap | undefined;

  constructor(stage: Stage, next: Sink, owner: PipelineOwner, isOver: () => boolean) {
    this.#stage = stage;
    this.#next = next;
    this.#owner = owner;
    this.#isOver = isOver;
  }

  /** The body that is kept for the filter after StopIterationAndBuffer. */
  get held(): ByteQueue | undefined {
    return this.#held.length > 0 ? this.#held : undefined;
  }

  /** Trailers for a message that ends without; taken only during the last body call. */
  addTrailers(make: () => HeaderMap): HeaderMap | undefined {
    if (!this.#inCall || this.#trailers) return undefined;
    this.#addedTrailers ??= make();
    return this.#addedTrailers;
  }

  headers(headers: HeaderMap, endStream: boolean): void {
    this.#headers = headers;
    this.#headersEnd = endStream;
    const status = this.#call(() => this.#stage.headers(headers, endStream), HeadersStatus.Continue);
    if (this.#isOver()) return;
    switch (status) {
      case HeadersStatus.Continue:
        this.#passHeaders(endStream);
        return;
      case HeadersStatus.ContinueAndEndStream:
        this.#cut = true;
        this.#passHeaders(true);
        return;
      case HeadersStatus.StopIteration:
        this.#stopped = true;
        return;
      default:
        this.#stopped = true;
        this.#stopAll = true;
        this.#watermark = status === HeadersStatus.StopAllIterationAndWatermark;
    }
  }

  data(data: ByteQueue, endStream: boolean): void {
    if (this.#cut) return;
    if (this.#stopAll) {
      this.#hold(data, endStream);
      return;
    }
    if (this.#buffering) this.#held.appendQueue(data);
    const body = this.#buffering ? this.#held : data;
    const status = this.#call(() => this.#stage.data(body, endStream), DataStatus.Continue);
    if (this.#isOver()) return;
    switch (status) {
      case DataStatus.Continue:
        this.#buffering = false;
        this.#release(body, endStream);
        return;
      case DataStatus.StopIterationNoBuffer:
        this.#buffering = false;
        body.take();
        this.#stopped = true;
        this.#heldEnd = endStream;
        return;
      default:
        this.#stopped = true;
        this.#buffering = true;
        this.#watermark = status === DataStatus.StopIterationAndWatermark;
        this.#hold(body, endStream);
    }
  }

  trailers(trailers: HeaderMap): void {
    if (this.#cut) return;
    this.#trailers = trailers;
    this.#trailersHeld = true;
    if (this.#stopAll) return;
    const status = this.#call(() => this.#stage.trailers(trailers), TrailersStatus.Continue);
    if (this.#isOver()) return;
    if (status === TrailersStatus.Continue) this.#flush();
    else this.#stopped = true;
  }

  /** The filter lets go what it stopped. Within a call, its result becomes Continue. */
  resume(): void {
    if (this.#inCall) {
      this.#resumeAsked = true;
      return;
    }
    if (!this.#stopped || this.#isOver()) return;
    this.#stopped = false;
    if (!this.#stopAll) {
      this.#flush();
      return;
    }
    this.#stopAll = false;
    const { held, end } = this.#takeHeld();
    if (!this.#headersPassed) this.#passHeaders(this.#headersEnd);
    // Unlike after StopIteration the filter has not seen the body yet.
    if (!this.#isOver() && (held.length > 0 || end)) this.data(held, end);
    if (!this.#isOver() && this.#trailersHeld && this.#trailers) this.trailers(this.#trailers);
  }

  #call<T>(call: () => T, go: T): T {
    this.#inCall = true;
    this.#resumeAsked = false;
    const status = call();
    this.#inCall = false;
    return this.#resumeAsked ? go : status;
  }

  /** Sends on everything that is here, in order. */
  #flush(): void {
    this.#stopped = false;
    this.#buffering = false;
    if (!this.#headersPassed) this.#passHeaders(this.#headersEnd);
    const { held, end } = this.#takeHeld();
    if (!this.#isOver() && (held.length > 0 || end)) this.#next.data(held, end);
    if (!this.#isOver() && this.#trailersHeld && this.#trailers) {
      this.#trailersHeld = false;
      this.#next.trailers(this.#trailers);
    }
  }

  #release(body: ByteQueue, endStream: boolean): void {
    this.#stopped = false;
    const added = this.#addedTrailers;
    this.#addedTrailers = undefined;
    const held = body === this.#held ? this.#takeHeld().held : body;
    if (!this.#headersPassed) this.#passHeaders(false);
    if (this.#isOver()) return;
    this.#next.data(held, endStream && !added);
    if (added && !this.#isOver()) this.#next.trailers(added);
  }

  #passHeaders(endStream: boolean): void {
    this.#headersPassed = true;
    this.#stopped = false;
    if (this.#headers) this.#next.headers(this.#headers, endStream);
  }

  #hold(data: ByteQueue, endStream: boolean): void {
    if (data !== this.#held) this.#held.appendQueue(data);
    this.#heldEnd ||= endStream;
    if (this.#held.length <= this.#owner.bufferLimit) return;
    if (!this.#watermark) {
      this.#owner.tooLarge();
    } else if (!this.#paused) {
      this.#paused = true;
      this.#owner.pause();
    }
  }

  #takeHeld(): { held: ByteQueue; end: boolean } {
    const held = new ByteQueue();
    held.appendQueue(this.#held);
    const end = this.#heldEnd;
    this.#heldEnd = false;
    if (this.#paused) {
      this.#paused = false;
      this.#owner.resume();
    }
    return { held, end };
  }
}
