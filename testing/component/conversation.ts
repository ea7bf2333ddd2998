import type { CodecComponent, CodecMessage, Refusal, Sender } from "./load.js";

/** Why bytes were not read. */
export interface Refused {
  readonly refused: "incomplete" | "malformed";
  /** So many are left. */
  readonly bytes: number;
  /** Of a frame that is incomplete: so many it has, where its beginning says so. */
  readonly of?: number;
}

/** One connection, through a codec that remembers what was said. */
export interface Conversation {
  /** The next frame of this sender's, at the start of these bytes; what is refused was not read. */
  read(sender: Sender, bytes: Uint8Array): CodecMessage | Refused;
  close(): void;
}

/** Begins a conversation. */
export function converse(codec: CodecComponent): Conversation {
  const connection = codec.open();
  return {
    read(sender, bytes) {
      try {
        return codec.read(connection, sender, bytes);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal.tag === "malformed") return { refused: "malformed", bytes: bytes.length };
        if (refusal.tag !== "incomplete") throw error;
        const of = refusal.val > 0n ? { of: Number(refusal.val) } : {};
        return { refused: "incomplete", bytes: bytes.length, ...of };
      }
    },
    close: () => codec.close(connection),
  };
}

/** @throws what is no codec's refusal */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error) || !("payload" in error)) throw error;
  return error.payload as Refusal;
}
