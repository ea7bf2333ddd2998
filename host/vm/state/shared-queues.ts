import { Status } from "../abi.js";
import type { ByteString } from "../data.js";

interface Queue {
  readonly items: Uint8Array[];
  notify: () => void;
}

/** proxy_*_shared_queue: registered by vm_id and name, known by token afterwards. */
export class SharedQueues {
  readonly #tokens = new Map<string, Map<ByteString, number>>();
  readonly #queues = new Map<number, Queue>();
  #lastToken = 0;

  /** The queue's token; what is in it stays. The last who registers is who gets to know of new items. */
  register(vmId: string, name: ByteString, notify: (token: number) => void): number {
    let names = this.#tokens.get(vmId);
    if (!names) {
      names = new Map();
      this.#tokens.set(vmId, names);
    }
    const token = names.get(name) ?? ++this.#lastToken;
    names.set(name, token);
    const queue = this.#queues.get(token);
    if (queue) queue.notify = () => notify(token);
    else this.#queues.set(token, { items: [], notify: () => notify(token) });
    return token;
  }

  resolve(vmId: string, name: ByteString): number | undefined {
    return this.#tokens.get(vmId)?.get(name);
  }

  /** What waits in each queue of an id, by name. */
  all(vmId: string): ReadonlyMap<ByteString, readonly Uint8Array[]> {
    const names = [...(this.#tokens.get(vmId) ?? [])];
    return new Map(names.map(([name, token]) => [name, [...(this.#queues.get(token)?.items ?? [])]]));
  }

  /** The registrar hears of it later, never from within. */
  enqueue(token: number, item: Uint8Array): Status {
    const queue = this.#queues.get(token);
    if (!queue) return Status.NotFound;
    queue.items.push(item);
    setImmediate(() => queue.notify());
    return Status.Ok;
  }

  dequeue(token: number): Uint8Array | Status {
    const queue = this.#queues.get(token);
    if (!queue) return Status.NotFound;
    return queue.items.shift() ?? Status.Empty;
  }

  /** The last VM of an id is gone. */
  forget(vmId: string): void {
    for (const token of this.#tokens.get(vmId)?.values() ?? []) this.#queues.delete(token);
    this.#tokens.delete(vmId);
  }
}
