import type { CodecComponent, CodecMessage, Refusal, Sender } from "./load.js";

/** A frame's message, or what is against the rest of the bytes. */
export type Decoded = { readonly at: number } & (CodecMessage | { readonly refused: Refusal; readonly bytes: number });

/** The frames of some bytes, one behind the other. What cannot be measured ends them, as the last element. */
export function* decodeAll(codec: CodecComponent, sender: Sender, bytes: Uint8Array): Generator<Decoded> {
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    let message: CodecMessage;
    try {
      message = codec.decode(sender, rest);
    } catch (error) {
      if (!(error instanceof Error) || !("payload" in error)) throw error;
      yield { at, refused: error.payload as Refusal, bytes: rest.length };
      return;
    }
    yield { at, ...message };
    at += message.length;
  }
}
