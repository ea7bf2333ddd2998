import { Writer } from "../../bytes";
import { Frame } from "../../codec";
import { FlowClient } from "../flow";
import { Answers } from "./answers";
import { Goodbye } from "./goodbye";
import { IngressStream } from "./stream";
import { IngressStreams } from "./streams";

/** A connection that flows can wake: something is to be said to its client, whose context is the effective one. */
export interface Wakeable {
  wake(): void;
}

/** A client's connection as its flows see it. */
export class FlowSide implements FlowClient {
  connection: Wakeable | null = null;

  /**
   * @param id the connection's context
   * @param window what HCM gives to a new stream, as far as that is known
   */
  constructor(
    private id: i32,
    public window: i32,
    private ordered: bool,
    private streams: IngressStreams,
    private answers: Answers,
    private goodbye: Goodbye,
  ) {}

  initialWindow(): i32 {
    return this.window;
  }

  isLeaving(): bool {
    return this.goodbye.isSaid;
  }

  mayOpen(): bool {
    return this.streams.has(1);
  }

  nextStream(): u32 {
    return this.streams.takeId();
  }

  place(request: Frame): usize {
    if (!this.ordered) return 0;
    const stream = IngressStream.take(0, request);
    this.answers.expect(stream);
    return changetype<usize>(stream);
  }

  settle(place: usize, out: Writer, start: i32): void {
    this.answers.settle(changetype<IngressStream>(place), out, start);
  }

  wake(): void {
    const connection = this.connection;
    if (connection != null) connection.wake();
  }

  contextId(): i32 {
    return this.id;
  }
}
