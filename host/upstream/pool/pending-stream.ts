import type { FailureReason, HeaderPair, HttpStream } from "../types.js";

/** A body that waits for its connection stops its sender at this many bytes. */
const PENDING_LIMIT = 1024 * 1024;

type Action = (stream: HttpStream) => void;

/** Takes a request's pieces while there is no connection for it, then hands them over and gets out of the way. */
export class PendingStream implements HttpStream {
  private target: HttpStream | undefined;
  private actions: Action[] = [];
  private held = 0;
  private blocked = false;

  constructor(
    private readonly events: {
      /** There is room again after `write` returned false. */
      onDrain(): void;
      /** Given up while it was still waiting. */
      onCancel(): void;
    },
  ) {}

  /** Everything goes to `stream` from here on. */
  attach(stream: HttpStream): void {
    this.target = stream;
    const actions = this.actions;
    this.actions = [];
    for (const action of actions) action(stream);
    if (this.blocked) this.events.onDrain();
  }

  write(bytes: Uint8Array, endStream: boolean): boolean {
    if (this.target !== undefined) return this.target.write(bytes, endStream);
    this.actions.push((stream) => stream.write(bytes, endStream));
    this.held += bytes.length;
    if (this.held > PENDING_LIMIT) this.blocked = true;
    return !this.blocked;
  }

  trailers(trailers: readonly HeaderPair[]): void {
    if (this.target !== undefined) this.target.trailers(trailers);
    else this.actions.push((stream) => stream.trailers(trailers));
  }

  reset(): void {
    if (this.target !== undefined) this.target.reset();
    else this.events.onCancel();
  }

  pause(): void {
    if (this.target !== undefined) this.target.pause();
    else this.actions.push((stream) => stream.pause());
  }

  resume(): void {
    if (this.target !== undefined) this.target.resume();
    else this.actions.push((stream) => stream.resume());
  }
}

/** A failure with its explanation. */
export interface Failure {
  readonly reason: FailureReason;
  readonly detail: string;
}
