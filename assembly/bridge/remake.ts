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
    if (codec.decode(frame, this.meta)) {
      this.forms.of(this.meta, limits);
      if (!this.differs(headers, true)) return old;
      if (this.encode(codec, frame)) return this.changed(frame, metrics);
      this.scan(codec, frame.from, old, frame);
      // A frame that has no room for a tracer's headers is as it was; what rules want of it is looked at without them.
      if (!this.differs(headers, false)) return old;
      if (this.encode(codec, frame)) return this.changed(frame, metrics);
    }
    metrics.mutationsRefused.increment();
    this.scan(codec, frame.from, old, frame);
    return old;
  }

  private differs(headers: HeaderList, traces: bool): bool {
    findChanges(this.meta, this.forms, headers, traces, this.changes);
    return !this.changes.isEmpty;
  }

  /** Makes the frame a new one; false: the codec cannot. */
  private encode(codec: Codec, frame: Frame): bool {
    this.out.reset();
    return codec.encode(frame, this.changes, this.out) && this.scan(codec, frame.from, this.out.view(), frame);
  }

  private changed(frame: Frame, metrics: Metrics): Slice {
    metrics.mutations.increment();
    return frame.bytes;
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
