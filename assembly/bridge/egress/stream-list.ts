import { EgressStream } from "./stream";

/** Streams in their order, linked through `next`; a stream is in one list at most. */
export class StreamList {
  first: usize = 0;
  private last: usize = 0;


  @inline get isEmpty(): bool {
    return this.first == 0;
  }

  push(stream: EgressStream): void {
    stream.next = 0;
    if (this.last) changetype<EgressStream>(this.last).next = changetype<usize>(stream);
    else this.first = changetype<usize>(stream);
    this.last = changetype<usize>(stream);
  }

  /** Takes a stream out, wherever it stands. */
  remove(stream: EgressStream): void {
    let before: usize = 0;
    let at = this.first;
    while (at != 0 && at != changetype<usize>(stream)) {
      before = at;
      at = changetype<EgressStream>(at).next;
    }
    if (at == 0) return;
    if (before) changetype<EgressStream>(before).next = stream.next;
    else this.first = stream.next;
    if (this.last == at) this.last = before;
    stream.next = 0;
  }
}
