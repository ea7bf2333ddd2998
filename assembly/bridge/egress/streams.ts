import { StreamTable } from "../buffers";
import { FIRST_WINDOW, MAX_STREAM_ID, MAX_WINDOW } from "../http2";
import { EgressStream } from "./stream";

/** The streams of a connection. */
export class EgressStreams {
  private table: StreamTable = new StreamTable();
  /** What the proxy's SETTINGS give to each stream (RFC 9113, section 6.9.2). */
  private firstCredit: i32 = FIRST_WINDOW;

  begin(id: u32): EgressStream {
    const stream = EgressStream.take(id);
    stream.credit = this.firstCredit;
    this.table.set(id, changetype<usize>(stream));
    return stream;
  }

  find(id: u32): EgressStream | null {
    const stream = this.table.get(id);
    return stream == 0 ? null : changetype<EgressStream>(stream);
  }

  /** The stream that waits for the answer with this id. */
  asked(id: u64): EgressStream | null {
    if (id == 0 || id > <u64>MAX_STREAM_ID) return null;
    const stream = this.find(<u32>id);
    return stream != null && stream.forwarded && !stream.oneWay && stream.debt == 0 ? stream : null;
  }

  /** The proxy's SETTINGS give each stream another window: what streams may send changes by the difference. */
  initialWindow(size: u32): void {
    const credit = <i32>min(size, <u32>MAX_WINDOW);
    const difference = credit - this.firstCredit;
    this.firstCredit = credit;
    for (let i = 0; i < this.table.slotCount; i++) {
      const stream = this.table.at(i);
      if (stream) changetype<EgressStream>(stream).credit += difference;
    }
  }

  end(stream: EgressStream): void {
    this.table.delete(stream.id);
    stream.release();
  }

  free(): void {
    for (let i = 0; i < this.table.slotCount; i++) {
      const stream = this.table.at(i);
      if (stream) changetype<EgressStream>(stream).release();
    }
    this.table.free();
  }
}
