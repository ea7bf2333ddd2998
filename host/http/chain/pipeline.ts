import type { ByteQueue } from "../../bytes/index.js";
import type { HeaderMap } from "../headers/index.js";
import { Slot } from "./slot.js";
import type { PipelineOwner, Sink, Stage } from "./types.js";

/** One direction of a stream's filter chain. */
export class Pipeline implements Sink {
  readonly #slots = new Map<Stage, Slot>();
  readonly #first: Sink;
  #over = false;

  /** @param stages in the order in which a message passes them */
  constructor(stages: readonly Stage[], sink: Sink, owner: PipelineOwner) {
    const isOver = () => this.#over;
    let next = sink;
    for (const stage of [...stages].reverse()) {
      const slot = new Slot(stage, next, owner, isOver);
      this.#slots.set(stage, slot);
      next = slot;
    }
    this.#first = next;
  }

  /** True after `stop`. */
  get over(): boolean {
    return this.#over;
  }

  headers(headers: HeaderMap, endStream: boolean): void {
    if (!this.#over) this.#first.headers(headers, endStream);
  }

  data(data: ByteQueue, endStream: boolean): void {
    if (!this.#over) this.#first.data(data, endStream);
  }

  trailers(trailers: HeaderMap): void {
    if (!this.#over) this.#first.trailers(trailers);
  }

  /** The place of a filter's stage. */
  slot(stage: Stage | undefined): Slot | undefined {
    return stage && this.#slots.get(stage);
  }

  /** Nothing passes any more. */
  stop(): void {
    this.#over = true;
  }
}
