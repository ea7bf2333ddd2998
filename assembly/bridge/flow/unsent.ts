import { Slice, Writer } from "../../bytes";
import { DataRun } from "../http2";
import { Flow } from "./flow";

/**
 * Requests on their way to their streams, and the end of one that its stream's window does not take yet. Nothing of the
 * client's may go before it.
 */
export class Unsent {
  private run: DataRun = new DataRun();
  private rest: Writer = new Writer();
  private at: i32 = 0;
  private of: Flow | null = null;

  /** The stream that it is for; null: there is none. */
  get flow(): Flow | null {
    return this.of;
  }

  /** Sends as much of a frame as the stream's window takes. False: something is left. */
  send(flow: Flow, bytes: Slice, out: Writer): bool {
    const part = this.write(flow, bytes.ptr, bytes.length, out);
    if (part == bytes.length) return true;
    this.rest.reset();
    this.rest.copy(bytes.ptr + <usize>part, bytes.length - part);
    this.at = 0;
    this.of = flow;
    return false;
  }

  /** The output begins anew: sends more of what is left. True: nothing is any more. */
  goOn(out: Writer): bool {
    this.run.break();
    const flow = this.of;
    if (flow == null) return true;
    this.at += this.write(flow, this.rest.ptr + <usize>this.at, this.rest.length - this.at, out);
    if (this.at < this.rest.length) return false;
    this.drop();
    return true;
  }

  /** The rest will not be sent. */
  drop(): void {
    this.of = null;
    this.rest.free();
  }

  private write(flow: Flow, ptr: usize, length: i32, out: Writer): i32 {
    const part = <i32>min(<i64>length, max(0, flow.credit));
    this.run.write(out, flow.id, ptr, part);
    flow.credit -= part;
    return part;
  }
}
