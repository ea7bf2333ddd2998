import { Reader, Slice, Writer } from "../bytes";
import { Codec, Frame, Metadata, Mutation, Peer, Scan } from "../codec";
import { AttributeForms, findChanges, HeaderLimits } from "./headers";
import { HeaderList } from "./hpack";
import { Metrics } from "./metrics";

/** Writes a frame again whose attribute headers were changed on the way. */
export class Remaker {
  private reader: Reader = new Reader();
  private meta: Metadata = new Metadata();
  private forms: AttributeForms = new AttributeForms();
  private changes: Mutation = new Mutation();
  private out: Writer = new Writer();

  /**
   * The bytes of a frame with the attributes that its headers now say, good until the next call; its own bytes where no
   * attribute changed, or where the codec cannot change it.
   * @param frame scanned, with all of its bytes; then it is the new one
   */
  apply(codec: Codec, frame: Frame, headers: HeaderList, limits: HeaderLimits, metrics: Metrics): Slice {
    const old = frame.bytes;
    this.meta.clear();
    let changed = codec.decode(frame, this.meta);
    if (changed) {
      this.forms.of(this.meta, limits);
      findChanges(this.meta, this.forms, headers, this.changes);
      if (this.changes.isEmpty) return old;
      this.out.reset();
      changed = codec.encode(frame, this.changes, this.out) && this.scan(codec, frame.from, this.out.view(), frame);
    }
    if (changed) {
      metrics.mutations.increment();
      return frame.bytes;
    }
    metrics.mutationsRefused.increment();
    this.scan(codec, frame.from, old, frame);
    return old;
  }

  /** Scans bytes that are known to be one whole frame; false where they are not. */
  scan(codec: Codec, from: Peer, bytes: Slice, frame: Frame): bool {
    frame.clear();
    frame.from = from;
    const found = codec.scan(this.reader.over(bytes), frame) == Scan.Frame && frame.length == <u64>bytes.length;
    frame.bytes = bytes;
    return found;
  }
}
