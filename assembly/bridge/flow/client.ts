import { Writer } from "../../bytes";
import { Frame } from "../../codec";

/** The connection that flows belong to. */
export interface FlowClient {
  /** The window that the proxy gives to new streams. */
  initialWindow(): i32;
  /** Is the connection about to end? Its streams do not age any more, as there may soon be no others. */
  isLeaving(): bool;
  /** Are there numbers for new streams, and does the proxy take any? */
  mayOpen(): bool;
  /** A number for a new stream; there is one. */
  nextStream(): u32;
  /** A place for this request's answer among the others; zero where they go out as they come. */
  place(frame: Frame): usize;
  /** The answer for that place stands in `out` from `start` on. */
  settle(place: usize, out: Writer, start: i32): void;
  /** Something is to be said to the client: asks for a callback that can. The connection's context is the effective one. */
  wake(): void;
  contextId(): i32;
}
