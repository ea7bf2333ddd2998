import { Bytes, Slice } from "../../bytes";
import { Metadata } from "../../codec";
import { now } from "../clock";
import { discard, keptAt } from "./kept";
import { About, Tap } from "./tap";

/** What is told of one session: that it was opened, or could not be, and that it ended. */
export class SessionRecord {
  private said: usize = 0;
  private began: i64 = 0;
  private where: Bytes | null = null;

  constructor(private tap: Tap) {}

  /** Its opening goes to the proxy. */
  begin(meta: Metadata | null, bytes: Slice): void {
    if (!this.tap.on) return;
    this.said = this.tap.ask(meta, bytes);
    this.began = now();
  }

  /** The proxy has answered. `where`: the backend, where it says so. */
  opened(status: i32, code: i32, where: Slice | null): void {
    if (this.said == 0) return;
    if (where != null) this.where = Bytes.copyOf(where);
    this.tell(About.Open, status, code, 0, 0);
  }

  /** It is over, after so many bytes from the client and from the server. */
  end(requestBytes: i64, answerBytes: i64): void {
    if (this.said == 0) return;
    if (this.where != null) this.tell(About.Close, 0, 0, requestBytes, answerBytes);
    discard(this.said);
    this.said = 0;
  }

  private tell(about: About, status: i32, code: i32, requestBytes: i64, answerBytes: i64): void {
    const where = this.where;
    const place = where == null ? Slice.empty() : where.view();
    const asked = <i32>min<i64>(requestBytes, i32.MAX_VALUE);
    const answered = <i32>min<i64>(answerBytes, i32.MAX_VALUE);
    this.tap.tell(about, status, code, this.began, asked, answered, keptAt(this.said), place, Slice.empty());
  }
}
