import { ByteQueue } from "../bytes/index.js";
import { FilterStatus, type NetworkFilter } from "./types.js";

interface Entry {
  readonly filter: NetworkFilter;
  initialised: boolean;
}

/** What a chain asks of its connection. */
export interface ChainOwner {
  /** False when filters must not be called any more. */
  readonly open: boolean;
  /** Sends what passed all write filters. */
  send(chunks: Uint8Array[], endOfStream: boolean): void;
}

/**
 * The filters of one connection, iterated as Envoy's FilterManager does: bytes that stay in the queue after a
 * StopIteration, or that the last filter left, are shown again from the first filter on with what comes next.
 */
export class FilterChain {
  readonly received = new ByteQueue();
  private readonly toSend = new ByteQueue();
  private readonly entries: Entry[] = [];
  private readEnded = false;
  private writeEnded = false;

  constructor(private readonly owner: ChainOwner) {}

  get filters(): readonly NetworkFilter[] {
    return this.entries.map(({ filter }) => filter);
  }

  /** Bytes towards the client that a write filter holds back. */
  get heldBack(): number {
    return this.toSend.length;
  }

  /** Makes room for a filter and returns how it resumes the iteration behind itself. */
  add(make: (continueReading: () => void) => NetworkFilter | undefined): boolean {
    const index = this.entries.length;
    const filter = make(() => this.iterate(index + 1));
    if (filter === undefined) return false;
    this.entries.push({ filter, initialised: false });
    return true;
  }

  /** A new connection: each filter hears of it until one stops. */
  start(): void {
    for (const entry of this.entries) {
      if (entry.initialised) continue;
      entry.initialised = true;
      if (entry.filter.onNewConnection?.() === FilterStatus.StopIteration || !this.owner.open) return;
    }
  }

  /** The queue has new bytes, or the client has sent its last ones. */
  read(endOfStream: boolean): void {
    this.readEnded ||= endOfStream;
    this.iterate(0);
  }

  /** Runs the write filters, last to first. */
  write(bytes: Uint8Array, endOfStream: boolean): void {
    if (this.writeEnded) return;
    this.toSend.append(bytes);
    for (let index = this.entries.length - 1; index >= 0; index--) {
      const filter = this.entries[index]?.filter;
      if (filter?.onWrite?.(this.toSend, endOfStream) === FilterStatus.StopIteration || !this.owner.open) return;
    }
    this.writeEnded = endOfStream;
    this.owner.send(this.toSend.takeChunks(), endOfStream);
  }

  private iterate(from: number): void {
    for (const entry of this.entries.slice(from)) {
      if (!this.owner.open) return;
      if (!entry.initialised) {
        entry.initialised = true;
        if (entry.filter.onNewConnection?.() === FilterStatus.StopIteration || !this.owner.open) return;
      }
      if (this.received.length === 0 && !this.readEnded) continue;
      if (entry.filter.onData?.(this.received, this.readEnded) === FilterStatus.StopIteration) return;
    }
  }
}
