import { Bytes, Writer } from "../../bytes";
import { Codec, Peer } from "../../codec";
import { FrameInput } from "../buffers";
import { Key } from "./key";
import { Owed } from "./owed";

/** One CONNECT stream, and with it one connection to a server, which carries the requests of a key. */
export class Flow {
  /** What the proxy answered; zero until it did. */
  status: i32 = 0;
  /** The backend at its other end, where the proxy has said it. */
  backend: Bytes | null = null;
  /** That backend's version, as calls are counted by it. */
  version: i32 = 0;
  /** Takes no new requests. */
  retired: bool = false;
  /** Takes no more: its server said so, or owes an answer that nobody waits for and that others would come behind. */
  drained: bool = false;
  /** Bytes of requests that nobody waits for any more and that its server may not have read. */
  lost: i32 = 0;
  /** When our side was ended, in milliseconds; zero before. */
  endedAt: i64 = 0;
  /** Bytes of answers that the stream's window was not given back for. */
  consumed: i32 = 0;
  /** Where it stands in the list of its connection's. */
  index: i32 = 0;
  /** Requests that wait for an answer. */
  waiting: i32 = 0;
  /** Cuts what the server sends. */
  readonly input: FrameInput;
  /** The body of an answer that is the proxy's own. */
  readonly words: Writer = new Writer();
  private first: usize = 0;
  private last: usize = 0;

  /**
   * @param credit what HCM's window has left for it
   * @param expires milliseconds since 1970
   */
  constructor(
    readonly id: u32,
    readonly key: Key,
    readonly place: i32,
    public credit: i64,
    public expires: i64,
    codec: Codec,
  ) {
    this.input = new FrameInput(codec, Peer.Server);
  }

  /** The request that has waited longest; zero where none waits. */
  @inline get oldest(): usize {
    return this.first;
  }

  owe(owed: Owed): void {
    const at = changetype<usize>(owed);
    owed.before = this.last;
    owed.after = 0;
    if (this.last) changetype<Owed>(this.last).after = at;
    else this.first = at;
    this.last = at;
    this.waiting++;
  }

  settle(owed: Owed): void {
    if (owed.before) changetype<Owed>(owed.before).after = owed.after;
    else this.first = owed.after;
    if (owed.after) changetype<Owed>(owed.after).before = owed.before;
    else this.last = owed.before;
    this.waiting--;
  }

  free(): void {
    this.input.free();
    this.words.free();
  }
}
