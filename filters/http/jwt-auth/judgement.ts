import { currentTimeNanoseconds } from "meltemi/assembly";
import { RemoteKeys } from "./keys";
import { Refusal, Token } from "./tokens";

/** What is found out of one request. One object serves one request after the other. */
export class Judgement {
  milliseconds: i64 = 0;
  /** It has waited for keys, and will not again. */
  waited: bool = false;
  /** There is something where a token may stand. */
  seen: bool = false;
  /** What stands there is no token. */
  malformed: bool = false;
  /** The token was verified before. */
  known: bool = false;
  /** Whose token it is: a place among the plan's providers; -1: nobody's. */
  provider: i32 = -1;
  token: Token | null = null;
  refusal: Refusal = Refusal.None;
  /** Not null: wait for these, then judge again. */
  wait: RemoteKeys | null = null;

  begin(waited: bool): void {
    this.milliseconds = <i64>(currentTimeNanoseconds() / 1000000);
    this.waited = waited;
    this.seen = false;
    this.malformed = false;
    this.known = false;
    this.provider = -1;
    this.token = null;
    this.refusal = Refusal.None;
    this.wait = null;
  }
}
