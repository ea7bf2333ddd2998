import type { Any } from "@bufbuild/protobuf/wkt";
import type { ServedResource, ServedType } from "./resources.js";

/** What the client holds of one resource, as far as we know. */
export interface Holding {
  readonly version: string;
  /** Unknown where the client brought the resource from an earlier stream. */
  readonly body: Any | undefined;
}

/** A response that the client has not answered. */
export interface Outstanding {
  readonly version: string;
  readonly resources: readonly string[];
  /** The wait is over; the answer may come all the same. */
  late: boolean;
}

const REMEMBERED = 32;

/** How a client's holdings differ from what it should hold. */
export interface Change {
  /** Everything that it asked for and that exists. */
  readonly wanted: readonly ServedResource[];
  /** Those of `wanted` that it lacks or holds in another version. */
  readonly changed: readonly ServedResource[];
  /** What it holds and what exists no longer. */
  readonly gone: readonly string[];
}

/** One stream's interest in one type, and what it has been sent. */
export class TypeSubscription {
  wildcard = false;
  /** Whether names were ever given: until then an empty list means everything. */
  named = false;
  readonly names = new Set<string>();
  readonly held = new Map<string, Holding>();
  readonly outstanding = new Map<string, Outstanding>();
  /** Whether a response is due to a request, whatever there is to put into it. */
  owed = false;
  /** Names to report as absent in that response where they do not exist. */
  readonly asked = new Set<string>();
  /** Of the latest response; empty before the first. */
  nonce = "";

  constructor(readonly typeUrl: string) {}

  wants(name: string): boolean {
    return this.wildcard || this.names.has(name);
  }

  /** Whether an answer is due that is still worth waiting for. */
  get waiting(): boolean {
    return [...this.outstanding.values()].some((each) => !each.late);
  }

  /** Notes a response that was sent. Of a client that never answers only the latest are remembered. */
  expect(nonce: string, response: Outstanding): void {
    this.outstanding.set(nonce, response);
    const [oldest] = this.outstanding.keys();
    if (this.outstanding.size > REMEMBERED && oldest !== undefined) this.outstanding.delete(oldest);
    this.nonce = nonce;
  }

  /** Notes that a response was answered: earlier ones of the type will not be, where they have not been. */
  settle(nonce: string): void {
    for (const earlier of [...this.outstanding.keys()]) {
      this.outstanding.delete(earlier);
      if (earlier === nonce) return;
    }
  }

  /** Drops from the holdings what the client asks for no longer. */
  dropUnwanted(): void {
    for (const name of this.held.keys()) if (!this.wants(name)) this.held.delete(name);
  }

  changeTo(type: ServedType): Change {
    const wanted = this.wildcard ? [...type.resources.values()] : this.pick(type);
    return {
      wanted,
      changed: wanted.filter((each) => this.held.get(each.name)?.version !== each.version),
      gone: [...this.held.keys()].filter((name) => !type.resources.has(name)),
    };
  }

  private pick(type: ServedType): ServedResource[] {
    return [...this.names].map((name) => type.resources.get(name)).filter((each) => each !== undefined);
  }
}
