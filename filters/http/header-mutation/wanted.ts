import { Bytes } from "meltemi/assembly";
import { Source } from "./source";

/** What the templates of responses want of their requests: it is kept when a request comes, for it is gone later. */
export class Wanted {
  private sources: Array<Source> = [];

  get none(): bool {
    return this.sources.length == 0;
  }

  /** The place of the source's value in what `keep` gives. */
  add(source: Source): i32 {
    this.sources.push(source);
    return this.sources.length - 1;
  }

  /** In the callback of the request's headers. */
  keep(): Array<Bytes | null> {
    const kept: Array<Bytes | null> = [];
    for (let i = 0; i < this.sources.length; i++) {
      const value = this.sources[i].read();
      kept.push(value != null ? Bytes.copyOf(value) : null);
    }
    return kept;
  }
}
