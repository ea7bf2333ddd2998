import { Slice } from "../../bytes";
import { Flow } from "./flow";
import { Key } from "./key";

/** The streams of one client's connection: by their numbers, by the keys that they carry, and in a list. */
export class FlowTable {
  readonly list: Array<Flow> = [];
  /** Streams that take requests. */
  live: i32 = 0;
  private numbers: Map<u32, Flow> = new Map();
  private keys: Map<u64, Key> = new Map();
  /** The stream asked for last. */
  private recent: Flow | null = null;

  /** The stream of this number; null where there is none. */
  get(id: u32): Flow | null {
    const recent = this.recent;
    if (recent != null && recent.id == id) return recent;
    if (!this.numbers.has(id)) return null;
    this.recent = this.numbers.get(id);
    return this.recent;
  }

  key(hash: u64, bytes: Slice): Key | null {
    let key: Key | null = this.keys.has(hash) ? this.keys.get(hash) : null;
    while (key != null && !key.is(bytes)) key = key.next;
    return key;
  }

  add(flow: Flow): void {
    const key = flow.key;
    flow.index = this.list.push(flow) - 1;
    this.numbers.set(flow.id, flow);
    this.live++;
    unchecked((key.flows[flow.place] = flow));
    if (key.count++ > 0) return;
    key.next = this.keys.has(key.hash) ? this.keys.get(key.hash) : null;
    this.keys.set(key.hash, key);
  }

  /** No request finds this stream any more. */
  withdraw(flow: Flow): void {
    if (flow.retired) return;
    const key = flow.key;
    flow.retired = true;
    this.live--;
    unchecked((key.flows[flow.place] = null));
    if (--key.count == 0) this.forget(key);
  }

  /** The stream is gone. */
  remove(flow: Flow): void {
    this.withdraw(flow);
    this.numbers.delete(flow.id);
    if (this.recent == flow) this.recent = null;
    const last = this.list.pop();
    if (last == flow) return;
    this.list[flow.index] = last;
    last.index = flow.index;
  }

  /** A stream on which nothing is under way; null where there is none. The oldest are looked at first. */
  idle(): Flow | null {
    for (let i = 0; i < this.list.length; i++) {
      const flow = unchecked(this.list[i]);
      if (!flow.retired && flow.waiting == 0) return flow;
    }
    return null;
  }

  private forget(key: Key): void {
    let before: Key | null = null;
    let at: Key | null = this.keys.get(key.hash);
    while (at != null && at != key) {
      before = at;
      at = at.next;
    }
    const next = key.next;
    if (before != null) before.next = next;
    else if (next != null) this.keys.set(key.hash, next);
    else this.keys.delete(key.hash);
  }
}
