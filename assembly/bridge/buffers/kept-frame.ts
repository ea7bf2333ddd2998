import { Slice } from "../../bytes";
import { Frame, Kind, Peer } from "../../codec";
import { Body } from "./body";
import { keptOf } from "./frame-input";

const INLINE: i32 = 64;

/** A stream that remembers its request's head, for an answer in the backend's place. */
@unmanaged
export class KeptFrame extends Body {
  private kind: Kind;
  private head: i32;
  private length: u64;
  private frameId: u64;
  private keep: i32;
  private keptLength: i32;
  private kept: usize;
  private inline0: u64;
  private inline1: u64;
  private inline2: u64;
  private inline3: u64;
  private inline4: u64;
  private inline5: u64;
  private inline6: u64;
  private inline7: u64;

  protected clearKept(): void {
    this.clearBody();
    this.kept = 0;
    this.keptLength = 0;
  }

  /** Remembers what `Codec.fail` will need of this request. */
  remember(frame: Frame): void {
    this.kind = frame.kind;
    this.head = frame.head;
    this.length = frame.length;
    this.frameId = frame.id;
    this.keep = frame.keep;
    this.keptLength = min(<i32>keptOf(frame), frame.bytes.length);
    this.kept = this.keptLength <= INLINE ? this.inlinePtr : heap.alloc(<usize>this.keptLength);
    memory.copy(this.kept, frame.bytes.ptr, <usize>this.keptLength);
  }

  /** The request again, with its first bytes. */
  recall(frame: Frame): void {
    frame.clear();
    frame.from = Peer.Client;
    frame.kind = this.kind;
    frame.head = this.head;
    frame.length = this.length;
    frame.id = this.frameId;
    frame.keep = this.keep;
    frame.bytes = Slice.view(this.kept, this.keptLength);
  }

  /** The id that the caller gave its request. */
  get callerId(): u64 {
    return this.frameId;
  }

  protected freeKept(): void {
    if (this.kept != 0 && this.kept != this.inlinePtr) heap.free(this.kept);
    this.kept = 0;
    this.freeBody();
  }

  private get inlinePtr(): usize {
    return changetype<usize>(this) + offsetof<KeptFrame>("inline0");
  }
}
