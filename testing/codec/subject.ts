import type { Turn } from "./samples.js";

/** What came of a conversation with a codec. */
export interface Outcome {
  /** Why the VM died; undefined where it lives. */
  readonly trap: string | undefined;
  /** What reached each side, in lines that do not depend on how bytes were cut on their way. */
  readonly text: string;
  /** Did what the client said become a request, or a session? */
  readonly opened: boolean;
  /** Bodies that went to the upstream, in the order of their streams. */
  readonly bodies: readonly Buffer[];
  /** The codec let the connection go. */
  readonly closed: boolean;
}

/** A codec in a module, with as much of a proxy around it as it needs. */
export interface Subject {
  readonly lane: "request" | "session";
  /** Of linear memory, of all VMs that the codec runs in. */
  readonly memoryBytes: number;
  /** Roots and streams that modules have not let go. */
  readonly contexts: number;
  /** Leads a conversation on a connection of its own, from its beginning to its end. */
  converse(turns: readonly Turn[]): Outcome;
}
