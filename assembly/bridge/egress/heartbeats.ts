import { Writer } from "../../bytes";
import { Codec } from "../../codec";
import { MAX_STREAM_ID } from "../http2";
import { EgressStream } from "./stream";
import { StreamList } from "./stream-list";

/**
 * The heartbeats to a backend. Each answer is a chance to write to the proxy, and shows that the backend has read all that
 * was sent before: the one-way requests among it are then done.
 */
export class Heartbeats {
  /** Something waits for a chance to be written to the proxy. */
  wanted: bool = false;
  private sent: u32 = 0;
  private answered: u32 = 0;
  private oneWays: StreamList = new StreamList();

  /** Is no answer on its way? */
  get idle(): bool {
    return this.sent == this.answered;
  }

  send(codec: Codec, out: Writer): void {
    this.wanted = false;
    this.sent++;
    // Requests have odd ids, heartbeats even ones.
    codec.ping(((<u64>this.sent) << 1) & (<u64>MAX_STREAM_ID), out);
  }

  /** The stream's one-way request went out: the next heartbeat's answer ends it. */
  follow(stream: EgressStream): void {
    stream.heartbeat = this.sent + 1;
    this.oneWays.push(stream);
    this.wanted = true;
  }

  /** An answer came. */
  hear(): void {
    this.answered++;
  }

  /** A stream whose one-way request the backend has read, or 0. */
  done(): usize {
    const first = this.oneWays.first;
    return first != 0 && changetype<EgressStream>(first).heartbeat <= this.answered ? first : 0;
  }

  forget(stream: EgressStream): void {
    if (stream.oneWay && stream.forwarded) this.oneWays.remove(stream);
  }
}
