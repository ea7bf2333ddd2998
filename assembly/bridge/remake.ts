import { Reader, Slice, Writer } from "../bytes";
import { Codec, Frame, Metadata, Mutation, Peer, Scan } from "../codec";
import { AttributeForms, findChanges, HeaderLimits } from "./headers";
import { HeaderList } from "./hpack";

/** What came of writing a frame again. */
export enum Remade {
  /** Filters changed headers, but no attribute: the frame stands. */
  Same,
  /** The frame with its new attributes is in `Remaker.frame`. */
  Changed,
  /** The codec cannot change this frame. */
  Refused,
}

/** Writes a frame again whose attribute headers were changed on the way. */
export class Remaker {
  private reader: Reader = new Reader();
  private meta: Metadata = new Metadata();
  private forms: AttributeForms = new AttributeForms();
  private changes: Mutation = new Mutation();
  private out: Writer = new Writer();

  /** @param frame scanned, with all of its bytes */
  remake(codec: Codec, frame: Frame, headers: HeaderList, limits: HeaderLimits): Remade {
    this.meta.clear();
    if (!codec.decode(frame, this.meta)) return Remade.Refused;
    this.forms.of(this.meta, limits);
    findChanges(this.meta, this.forms, headers, this.changes);
    if (this.changes.isEmpty) return Remade.Same;
    this.out.reset();
    return codec.encode(frame, this.changes, this.out) ? Remade.Changed : Remade.Refused;
  }

  /** The frame that `remake` wrote, good until it is called again. */
  get frame(): Slice {
    return this.out.view();
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
